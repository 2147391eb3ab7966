// Prints what the changelog says of a version: node --import tsx infra/dev/release-notes.ts <tag>
import { readFileSync } from 'node:fs';
import { pathToFileURL } from 'node:url';

/**
 * @returns the changelog's section of the version that the tag names
 * @throws Error where the tag is not that of package.json's version, or the changelog says nothing of it
 */
export function releaseNotes(tag: string, version: string, changelog: string): string {
  if (tag !== `v${version}`) {
    throw new Error(`The tag is ${tag}, and package.json says ${version}: its tag is v${version}.`);
  }
  const section = changelog.split(/^(?=## )/m).find((each) => each.startsWith(`## [${version}]`));
  const notes = section?.slice(section.indexOf('\n')).trim();
  if (!notes)
    throw new Error(`CHANGELOG.md says nothing of ${version}: give it a section "## [${version}]".`);
  return notes;
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const { version } = JSON.parse(readFileSync('package.json', 'utf8'));
  try {
    console.log(releaseNotes(process.argv[2] ?? '', version, readFileSync('CHANGELOG.md', 'utf8')));
  } catch (error) {
    console.error((error as Error).message);
    process.exitCode = 1;
  }
}
