<?php
define( 'DB_NAME', 'wordpress' );
define( 'DB_USER', 'wordpress' );
define( 'DB_PASSWORD', '«special»' );
define( 'DB_HOST', 'localhost' );
define( 'DB_CHARSET', 'utf8mb4' );
define( 'DB_COLLATE', '' );
define( 'AUTH_KEY',         '«salt»' );
define( 'SECURE_AUTH_KEY',  '«salt»' );
define( 'LOGGED_IN_KEY',    '«salt»' );
define( 'NONCE_KEY',        '«salt»' );
define( 'AUTH_SALT',        '«salt»' );
define( 'NONCE_SALT',       '«salt»' );
$table_prefix = 'wp_';
define( 'WP_DEBUG', false );
define( 'WP_MEMORY_LIMIT', '256M' );
define( 'WP_REDIS_HOST', '127.0.0.1' );
define( 'WP_REDIS_PASSWORD', '«word»' );
define('FTP_PASS', '«word»');
if ( ! defined( 'ABSPATH' ) ) {
	define( 'ABSPATH', __DIR__ . '/' );
}
require_once ABSPATH . 'wp-settings.php';
