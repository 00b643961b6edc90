<?php
$config = [];
$config['db_dsnw'] = 'pgsql://webmail:@PASSWORD_DATABASE_WEBMAIL@@db.@SITE@.mail.example/roundcube';
$config['imap_host'] = 'imap.provider.example:143';
$config['smtp_host'] = 'localhost:25';
$config['smtp_user'] = '';
$config['smtp_pass'] = '';
$config['product_name'] = 'Example Webmail';
$config['support_url'] = '';
$config['des_key'] = '@PASSWORD_DES_KEY@';
$config['plugins'] = [];
$config['skin'] = 'elastic';
$config['language'] = null;
$config['session_storage'] = 'php';
$config['session_lifetime'] = 30;
$config['imap_cache'] = 'memcached';
$config['memcache_hosts'] = ['mem.@SITE@.mail.example:11211'];
$config['log_driver'] = 'syslog';
