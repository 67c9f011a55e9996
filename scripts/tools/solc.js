#!/usr/bin/env node
// The pinned compiler from npm (WebAssembly) behind the command line that py-solc-x, Brownie, forge and
// crytic-compile expect of a native solc: `--version`, and `--standard-json` from standard input or a file.
'use strict';

const fs = require('fs');
const path = require('path');

const FLAGS_WITH_VALUE = new Set(['--base-path', '--include-path', '--allow-paths', '--cache-path']);

function parse(argv) {
  const options = { roots: [process.cwd()], version: false, standardJson: false, input: null };
  for (let i = 0; i < argv.length; i += 1) {
    const equals = argv[i].startsWith('--') ? argv[i].indexOf('=') : -1;
    const flag = equals < 0 ? argv[i] : argv[i].slice(0, equals);
    if (FLAGS_WITH_VALUE.has(flag)) {
      if (equals < 0) i += 1;
      const value = equals < 0 ? argv[i] : argv[i].slice(equals + 1);
      if (flag === '--base-path' || flag === '--include-path') options.roots.push(path.resolve(value));
    } else if (flag === '--version') options.version = true;
    else if (flag === '--standard-json') options.standardJson = true;
    else if (!flag.startsWith('-') && options.input === null) options.input = flag;
    else if (flag !== '-') throw new Error(`unrecognised option '${flag}'`);
  }
  return options;
}

// Imports resolve against the working directory first, then --base-path and --include-path. Nothing
// outside these folders is read: a source cannot pull in a file of the machine that compiles it.
function reader(roots) {
  return (name) => {
    for (const root of roots) {
      const file = path.resolve(root, name);
      const inside = roots.some((allowed) => file.startsWith(allowed + path.sep));
      if (inside && fs.existsSync(file)) return { contents: fs.readFileSync(file, 'utf8') };
    }
    return { error: `File not found: ${name}` };
  };
}

function main() {
  const options = parse(process.argv.slice(2));
  const solc = require('solc');
  if (options.version) {
    process.stdout.write(`solc, the solidity compiler commandline interface\nVersion: ${solc.version()}\n`);
    return;
  }
  if (!options.standardJson) throw new Error('only --version and --standard-json are supported');
  const input = fs.readFileSync(options.input === null ? 0 : options.input, 'utf8');
  process.stdout.write(`${solc.compile(input, { import: reader(options.roots) })}\n`);
}

try {
  main();
} catch (error) {
  process.stderr.write(`Error: ${error.message}\n`);
  process.exitCode = 1;
}
