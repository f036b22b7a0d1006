"""Where a turbine's pages are, for templates."""

from django import template

from aggregates.admin.performance import page_of

register = template.Library()
register.simple_tag(page_of, name="performance_page")
