import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundledPackages } from './bundled-packages.mjs';
import { sbom } from './sbom.mjs';

/** The owner's, at the repository's root. */
const policy = 'follow-up.policy.json';

/**
 * What makes `dist/` the complete app beside its bundles: host.json, a package.json that names the entry point and needs
 * nothing installed, our licence, those of what is in the bundles, and the list of that; and the policy, where there is one.
 *
 * @param metafile esbuild's, of the bundles
 * @returns each file's name and text; `undefined` for one that there is to be none of
 */
export function appFolder(metafile) {
  const { name, version, description, license, config } = JSON.parse(readFileSync('package.json', 'utf8'));
  const engines = { node: config.deploymentNode };
  const ours = { name, version, private: true, description, license, main: 'index.js', engines };
  const packages = bundledPackages(metafile);
  return {
    'host.json': readFileSync('host.json', 'utf8'),
    'package.json': json(ours),
    LICENSE: readFileSync('LICENSE', 'utf8'),
    'THIRD-PARTY-LICENSES.txt': [...new Set(packages.map(licenceOf))].join(`\n\n${'-'.repeat(80)}\n\n`),
    'sbom.cdx.json': json(sbom(ours, packages)),
    [policy]: existsSync(policy) ? readFileSync(policy, 'utf8') : undefined,
  };
}

const json = (value) => `${JSON.stringify(value, null, 2)}\n`;

function licenceOf({ folder, name, version, license }) {
  const [file] = readdirSync(folder).filter((each) => /^licen[cs]e/i.test(each));
  const text = file ? readFileSync(join(folder, file), 'utf8') : '';
  return [`${name} ${version} (${license})`, text.replaceAll('\r\n', '\n').trim()]
    .filter(Boolean)
    .join('\n\n');
}
