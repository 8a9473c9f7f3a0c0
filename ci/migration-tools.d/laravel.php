<?php

// Applies the folder migrations/ as `php artisan migrate` does, without an application around it.
require '/usr/share/php/Illuminate/autoload.php';

use Illuminate\Database\Capsule\Manager as Capsule;
use Illuminate\Database\Migrations\DatabaseMigrationRepository;
use Illuminate\Database\Migrations\Migrator;
use Illuminate\Filesystem\Filesystem;

[, $host, $port, $database] = $argv;
$capsule = new Capsule();
$capsule->addConnection([
    'driver' => 'pgsql', 'host' => $host, 'port' => $port, 'database' => $database,
    'username' => 'postgres', 'password' => '', 'charset' => 'utf8', 'prefix' => '', 'schema' => 'public',
]);
$capsule->setAsGlobal();
$resolver = $capsule->getDatabaseManager();
$repository = new DatabaseMigrationRepository($resolver, 'migrations');
$repository->setSource('default');
if (!$repository->repositoryExists()) {
    $repository->createRepository();
}
$migrator = new Migrator($repository, $resolver, new Filesystem());
$migrator->run([__DIR__ . '/migrations']);

preg_match("/VERSION = '([^']+)'/", file_get_contents('/usr/share/php/Illuminate/Foundation/Application.php'), $found);
echo $found[1], "\n";
