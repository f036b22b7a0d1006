"""How gunicorn serves the application; its address is given on the command line."""

from windproject import environment, logs

# Threads, for a download takes one as long as it lasts, and most wait for a database.
workers = 1
threads = 16
# The longest it takes: a request may name many turbines.
limit_request_line = 8190
# It would be a file in the home of whoever starts this.
control_socket_disable = True
logconfig_dict = logs.configuration(
    environment.choice("LOG_FORMAT", logs.FORMATS, default="text"),
    environment.choice("LOG_LEVEL", logs.LEVELS, default="WARNING"),
)
