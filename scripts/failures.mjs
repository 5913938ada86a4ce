// Prints the failed tests of trx files, each with its message and the first places of its stack: what one wants to read at the end of a long run.
import {readFileSync} from 'node:fs';

const entities = {lt: '<', gt: '>', amp: '&', quot: '"', apos: "'"};
const text = xml => xml.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(\w+));/gi, (all, hex, decimal, name) => (name ? entities[name] ?? all : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(decimal))));
const shortened = (lines, most) => lines.split('\n').slice(0, most).map(line => `    ${line.trim().slice(0, 600)}`).join('\n');

for (const path of process.argv.slice(2)) {
  for (const [result] of readFileSync(path, 'utf8').matchAll(/<UnitTestResult [^>]*outcome="(?!Passed|NotExecuted)[^"]*"(?:(?!\/>)[^>])*>[\s\S]*?<\/UnitTestResult>/g)) {
    const name = text(result.match(/ testName="([^"]*)"/)?.[1] ?? '?');
    const message = text(result.match(/<Message>([\s\S]*?)<\/Message>/)?.[1] ?? '');
    const stack = text(result.match(/<StackTrace>([\s\S]*?)<\/StackTrace>/)?.[1] ?? '');
    console.log(`FAILED: ${name}\n${shortened(message, 12)}\n${shortened(stack, 6)}`);
  }
}
