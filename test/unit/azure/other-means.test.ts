import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { bicepFiles } from '../../support/bicep/all-files.ts';
import { appSettings } from '../../support/bicep/app-settings.ts';
import { read } from '../../support/markdown.ts';

const page = read('docs/deploying-by-other-means.md');
const types = new Set([...bicepFiles.values()].flatMap(({ resources }) => resources.map(({ type }) => type)));
const roles = Object.keys(JSON.parse(readFileSync('infra/azure/role-ids.json', 'utf8')));

it.each([
  ['resource type', [...types], (type: string) => `| \`${type}\` |`],
  ['role', roles, (role: string) => `| ${role} |`],
  ['application setting', [...appSettings.keys()], (name: string) => `\`${name}\``],
])('the page for Terraform names every %s of the Bicep', (_what, names, written) => {
  expect(names.length).toBeGreaterThan(5);
  expect(names.filter((name) => !page.includes(written(name)))).toEqual([]);
});

it('the page for Terraform names no resource type that the Bicep does not have', () => {
  const named = [...page.matchAll(/^\| `(Microsoft\.[\w./]+)` \|/gm)].map(([, type]) => type as string);
  expect(named.filter((type) => !types.has(type))).toEqual([]);
});
