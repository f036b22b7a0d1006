"""Where a turbine's pages are, for templates."""

from django import template

from aggregates.pages.addresses import of_turbine

register = template.Library()
register.simple_tag(of_turbine, name="performance_page")
