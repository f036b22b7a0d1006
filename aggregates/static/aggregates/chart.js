// Draws the charts of a page in the colours of the admin's theme, light or dark.
"use strict";
const SETTINGS = { responsive: true, displaylogo: false };

function themed(layout) {
  const styles = getComputedStyle(document.documentElement);
  const colour = (name) => styles.getPropertyValue(name).trim();
  const axes = Object.keys(layout).filter((name) => /^[xy]axis/.test(name));
  const lines = { gridcolor: colour("--hairline-color"), zerolinecolor: colour("--hairline-color") };
  const circle = { ...lines, linecolor: colour("--hairline-color") };
  const polar = layout.polar && {
    bgcolor: "transparent",
    angularaxis: { ...circle, ...layout.polar.angularaxis },
    radialaxis: { ...circle, ...layout.polar.radialaxis },
  };
  return {
    margin: { t: 20, r: 10, b: 50, l: 60 },
    ...layout,
    legend: { orientation: "h", y: 1.02, yanchor: "bottom", ...layout.legend },
    ...Object.fromEntries(axes.map((name) => [name, { automargin: true, ...lines, ...layout[name] }])),
    ...(polar && { polar }),
    font: { color: colour("--body-fg"), family: styles.getPropertyValue("--font-family-primary") },
    paper_bgcolor: "transparent",
    plot_bgcolor: "transparent",
    hoverlabel: { bgcolor: colour("--darkened-bg"), font: { color: colour("--body-fg") } },
  };
}

function draw(chart) {
  const figure = JSON.parse(document.getElementById(chart.dataset.figure).textContent);
  const drawn = Plotly.react(chart, figure.data, themed(figure.layout), SETTINGS);
  // Where points lead to a page each, it is named by what they are over.
  const page = chart.dataset.page;
  if (page && !chart.dataset.leads) {
    chart.dataset.leads = "yes";
    drawn.then(() => chart.on("plotly_click", (at) => location.assign(page + at.points[0].x.replace(" ", "T"))));
  }
}

const drawAll = () => document.querySelectorAll(".chart").forEach(draw);
drawAll();
// The theme changes by the admin's own button, or by the system's.
new MutationObserver(drawAll).observe(document.documentElement, { attributeFilter: ["data-theme"] });
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", drawAll);
