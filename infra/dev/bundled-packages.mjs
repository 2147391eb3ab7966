import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * The packages that a bundle holds something of, in the order of their folders.
 *
 * @param metafile esbuild's, of the bundle
 * @returns each one's folder, and its name, version and licence
 */
export function bundledPackages({ outputs }) {
  const used = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort().map((folder) => {
    const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
    return { folder, name, version, license };
  });
}
