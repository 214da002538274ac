// Electron's default app for a runtime that has none: `electron [flags] FOLDER [arguments]` starts that folder.
'use strict';
const { app } = require('electron');
const { existsSync, readFileSync } = require('node:fs');
const Module = require('node:module');
const { join, resolve } = require('node:path');

function appFolder() {
  const argument = process.argv.slice(1).find((each) => !each.startsWith('-'));
  if (argument === undefined) throw new Error('No app folder was given.');
  return resolve(argument);
}

/** This runtime is too old for the app's own better-sqlite3 and carries one built for it. */
function useOwnSqlite() {
  const own = join(process.resourcesPath, 'native', 'node_modules', 'better-sqlite3');
  if (!existsSync(own)) return;
  const resolveFilename = Module._resolveFilename;
  Module._resolveFilename = function (request, ...rest) {
    return resolveFilename.call(this, request === 'better-sqlite3' ? own : request, ...rest);
  };
}

try {
  const folder = appFolder();
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  app.setName(manifest.productName || manifest.name);
  app.setVersion(manifest.version);
  app.setAppPath(folder);
  useOwnSqlite();
  require(join(folder, manifest.main || 'index.js'));
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.stack : String(error)}\n`);
  app.exit(3);
}
