#!/usr/bin/env node
// Lets forge use npm's solc: the two things that forge asks of a native one.
import {readFileSync} from 'node:fs';
import {solc} from './compiler.mjs';

if (process.argv.includes('--version')) console.log(`solc, the solidity compiler commandline interface\nVersion: ${solc.version().replace('Emscripten.clang', 'Linux.g++')}`);
else if (process.argv.includes('--standard-json')) process.stdout.write(solc.compile(readFileSync(0, 'utf8')));
else {
  console.error(`Not understood: ${process.argv.slice(2).join(' ')}`);
  process.exit(1);
}
