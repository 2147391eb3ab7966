import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';

/**
 * The software bill of materials of a bundle, in CycloneDX: the packages that esbuild put into it, and no other.
 * `npm sbom --omit dev` would leave out what a development tool needs too: npm/cli#7909. It says no time, and its
 * serial number comes from its contents: the same commit makes the same bytes.
 *
 * @param app name, version and licence
 * @param packages what is in the bundle
 */
export function sbom(app, packages) {
  const locked = JSON.parse(readFileSync('package-lock.json', 'utf8')).packages;
  const described = packages.map((each) => component(each, 'library', locked[each.folder]?.integrity));
  const components = [...new Map(described.map((each) => [each['bom-ref'], each])).values()];
  const contents = { metadata: { component: component(app, 'application') }, components };
  const serialNumber = `urn:uuid:${uuidOf(JSON.stringify(contents))}`;
  return { bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber, version: 1, ...contents };
}

function component({ name, version, license }, type, integrity) {
  const purl = `pkg:npm/${name.replace('@', '%40')}@${version}`;
  const licenses = license ? { licenses: [{ expression: license }] } : {};
  const hashes = integrity ? { hashes: integrity.split(' ').map(hash) } : {};
  return { type, 'bom-ref': purl, name, version, purl, ...licenses, ...hashes };
}

/** That of the package as it was published. */
function hash(integrity) {
  const [, algorithm, base64] = /^(sha\d+)-(.+)$/.exec(integrity);
  return { alg: algorithm.replace('sha', 'SHA-'), content: Buffer.from(base64, 'base64').toString('hex') };
}

/** A UUID of version 8: of our own making. */
function uuidOf(text) {
  const hex = createHash('sha256').update(text).digest('hex');
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    `8${hex.slice(13, 16)}`,
    `a${hex.slice(17, 20)}`,
    hex.slice(20, 32),
  ].join('-');
}
