FROM python:3.12-slim

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=windproject.production

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --requirement requirements.txt \
    && useradd --no-create-home windproject
COPY manage.py .
COPY common common
COPY embedded embedded
COPY windproject windproject
COPY sourcedata sourcedata
COPY aggregates aggregates

USER windproject
CMD ["python", "manage.py", "check", "--deploy"]
