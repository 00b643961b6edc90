<?php
// Local configuration of Roundcube Webmail
$config = [];
$config['db_dsnw'] = 'mysql://roundcube:«random»@localhost/roundcubemail';
$config['db_dsnr'] = 'pgsql://reader:«word»@db1.dallas.shop.example:5432/roundcube';
$config['imap_host'] = 'ssl://imap.shop.example:993';
$config['smtp_host'] = 'tls://smtp.shop.example:587';
$config['smtp_user'] = '%u';
$config['smtp_pass'] = '«word»';
$config['support_url'] = 'https://www.shop.example/help';
$config['product_name'] = 'Shop Webmail';
$config['des_key'] = '«special»';
$config['plugins'] = ['archive', 'zipdownload', 'managesieve'];
$config['language'] = 'en_US';
$config['session_lifetime'] = 30;
$config['ldap_public']['shop'] = [
    'hosts' => ['ldap1.dallas.shop.example'],
    'bind_dn' => 'cn=reader,dc=shop,dc=example',
    'bind_pass' => '«random»',
];
$dbname = 'shop';
$dbuser = 'shop';
$dbpass = '«word»';
$dbserver = '127.0.0.1';
$wgDBpassword = "«digits»";
$wgDBuser = "wiki";
$wgSecretKey = "«hex»";
$wgUpgradeKey = "«hex»";
$wgSitename = "Shop Wiki";
$wgLanguageCode = "en";
$link = mysqli_connect('127.0.0.1', 'shop', '«random»', 'shop');
ini_set('session.gc_maxlifetime', 7200);
putenv('PAYMENT_TOKEN=«random»');
require_once __DIR__ . '/vendor/autoload.php';
