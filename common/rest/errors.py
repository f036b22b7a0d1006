"""Errors that views raise, beside those of Django REST Framework."""

from http import HTTPStatus

from rest_framework import exceptions


class TooLarge(exceptions.APIException):
    """More was posted than anything asks for."""

    status_code = HTTPStatus.REQUEST_ENTITY_TOO_LARGE
    default_detail = "The body is too large."


class NotHere(exceptions.APIException):
    """This deployment does not do what is asked for."""

    status_code = HTTPStatus.CONFLICT


class DatabaseUnavailable(exceptions.APIException):
    """A database does not answer; why is for the log, since it may name hosts and accounts."""

    status_code = HTTPStatus.SERVICE_UNAVAILABLE
    default_detail = "The database does not answer; try again later."
