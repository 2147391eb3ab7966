import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/**
 * What makes `dist/` the complete app beside its bundle: host.json, a package.json that names the entry point and needs
 * nothing installed, our licence, and those of what is in the bundle.
 *
 * @param metafile esbuild's, of the bundle
 * @returns each file's name and text
 */
export function appFolder(metafile) {
  const { name, version, description, license, config } = JSON.parse(readFileSync('package.json', 'utf8'));
  const engines = { node: config.deploymentNode };
  const ours = { name, version, private: true, description, license, main: 'index.js', engines };
  return {
    'host.json': readFileSync('host.json', 'utf8'),
    'package.json': `${JSON.stringify(ours, null, 2)}\n`,
    LICENSE: readFileSync('LICENSE', 'utf8'),
    'THIRD-PARTY-LICENSES.txt': [...new Set(packagesIn(metafile).map(licenceOf))].join(
      `\n\n${'-'.repeat(80)}\n\n`,
    ),
  };
}

/** The folders of the packages that the bundle holds something of, in the order of their names. */
function packagesIn({ outputs }) {
  const used = Object.values(outputs).flatMap(({ inputs }) => Object.keys(inputs));
  const folders = used.flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path)?.[0] ?? []);
  return [...new Set(folders)].sort();
}

function licenceOf(folder) {
  const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
  const [file] = readdirSync(folder).filter((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(folder, file), 'utf8') : '';
  return [`${name} ${version} (${license})`, text.replaceAll('\r\n', '\n').trim()]
    .filter(Boolean)
    .join('\n\n');
}
