import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { releaseNotes } from '../../../infra/dev/release-notes.ts';

const changelog = `# Changelog

## [Unreleased]

- later

## [1.10.0] - 2026-12-01

Read this first.

### Added

- a thing

## [1.1.0]

- an older thing

## [1.0.0]
`;

describe('the notes of a release', () => {
  it('are its section of the changelog, and no other', () => {
    expect(releaseNotes('v1.10.0', '1.10.0', changelog)).toBe('Read this first.\n\n### Added\n\n- a thing');
    expect(releaseNotes('v1.1.0', '1.1.0', changelog)).toBe('- an older thing');
  });

  it.each(['v1.1', '1.1.0', 'v1.1.0-rc.1', ''])('are refused for the tag "%s" of version 1.1.0', (tag) => {
    expect(() => releaseNotes(tag, '1.1.0', changelog)).toThrow('its tag is v1.1.0');
  });

  it.each(['2.0.0', '1.1', '1.0.0'])('are refused for %s, of which nothing is said', (version) => {
    expect(() => releaseNotes(`v${version}`, version, changelog)).toThrow(`says nothing of ${version}`);
  });

  it('of the first version are in the changelog', () => {
    expect(releaseNotes('v0.1.0', '0.1.0', readFileSync('CHANGELOG.md', 'utf8'))).toContain('receive-events');
  });
});
