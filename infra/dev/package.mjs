// Packs `dist/`, the complete app, for those who deploy a zip: npm run package
import { createHash } from 'node:crypto';
import { copyFileSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { zipSync } from 'fflate';

/** The first time that a zip can say: the same bytes whenever it is made. By the clock here, as a zip has it. */
const mtime = new Date(1980, 0, 1);

const names = readdirSync('dist').sort();
const files = Object.fromEntries(names.map((name) => [name, readFileSync(join('dist', name))]));
const zip = zipSync(files, { level: 9, mtime });

const { name, version } = JSON.parse(readFileSync('package.json', 'utf8'));
const file = `${name}-${version}.zip`;
const checksum = createHash('sha256').update(zip).digest('hex');
mkdirSync('dist-zip', { recursive: true });
writeFileSync(join('dist-zip', file), zip);
writeFileSync(join('dist-zip', `${file}.sha256`), `${checksum}  ${file}\n`);
copyFileSync('dist/sbom.cdx.json', join('dist-zip', `${name}-${version}.cdx.json`));
console.log(
  `dist-zip/${file}: ${names.join(', ')}; ${(zip.length / 1024).toFixed(0)} KiB\nsha256 ${checksum}`,
);
