"""Settings of the shop."""
import os
from pathlib import Path
BASE_DIR = Path(__file__).resolve().parent.parent
SECRET_KEY = 'django-insecure-«salt»'
DEBUG = False
ALLOWED_HOSTS = ['www.shop.example', '10.1.0.21']
INSTALLED_APPS = ['django.contrib.admin', 'django.contrib.auth', 'shop']
ROOT_URLCONF = 'shop.urls'
DATABASES = {
    'default': {
        'ENGINE': 'django.db.backends.postgresql',
        'NAME': 'shop',
        'USER': 'shop',
        'PASSWORD': '«word»',
        'HOST': 'db1.dallas.shop.example',
        'PORT': '5432',
    }
}
CACHES = {'default': {'BACKEND': 'django_redis.cache.RedisCache', 'LOCATION': 'redis://:«random»@10.1.0.41:6379/1'}}
EMAIL_HOST_PASSWORD = os.environ['EMAIL_HOST_PASSWORD']
EMAIL_HOST_USER = 'shop'
AWS_SECRET_ACCESS_KEY = "«base»"
PAYMENT = dict(merchant="shop", key="«random»")
TIME_ZONE = 'UTC'
LANGUAGE_CODE = 'en-us'
STATIC_URL = '/static/'
SESSION_COOKIE_AGE = 1209600
AUTH_PASSWORD_VALIDATORS = [{'NAME': 'django.contrib.auth.password_validation.MinimumLengthValidator'}]
LANGUAGES = [('en', 'English'), ('de', 'German')]
SIGNING_SALT = "«phrase»"
