// Reads YAML strictly: a key that stands twice, a tab or an unknown tag is an error that names its file and line.
import { readFileSync } from 'node:fs';
import { parseAllDocuments } from 'yaml';

/** All documents of a file (or of a text), without empty ones. */
export function readAll(path, isText = false) {
  const documents = parseAllDocuments(isText ? path : readFileSync(path, 'utf8'), { uniqueKeys: true, strict: true, version: '1.1', merge: true });
  for (const document of documents) {
    const [problem] = [...document.errors, ...document.warnings];
    if (problem) throw new Error(`${isText ? 'inline patch' : path}: ${problem.message}`);
  }
  return documents.map((d) => d.toJS()).filter((o) => o !== null && o !== undefined);
}
