import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it, vi } from 'vitest';
import * as z from 'zod/mini';
import { makeProgram } from '../../../../infra/cli/program.ts';
import { policyJsonSchema } from '../../../../infra/dev/generated/policy-schema.ts';
import { channelTypes } from '../../../../shared/follow-ups/channels/channel-types.ts';
import { reminder } from '../../../../shared/follow-ups/channels/reminder.ts';
import type { PolicyChannelType } from '../../../../shared/follow-ups/policy/channel-schema.ts';
import { readPolicy } from '../../../../shared/follow-ups/policy/read-policy.ts';
import { blocks } from '../../../support/markdown.ts';

const options = z.strictObject({ language: z.optional(z.string()) });
/** For what is not among the types. */
const standIns: readonly PolicyChannelType[] = (
  [
    ['teams', 'people'],
    ['email', 'people'],
    ['queue', 'system'],
  ] as const
).map(([type, reaches]) => ({ type, about: 'For tests.', reaches, options }));
const others = [reminder, ...standIns].filter(({ type }) => channelTypes.every((each) => each.type !== type));
const types: readonly PolicyChannelType[] = [...channelTypes, ...others];

const folder = 'docs/policies';
const files = readdirSync(folder).map((name) => [name, readFileSync(`${folder}/${name}`, 'utf8')] as const);
const ofPage = blocks('json', ['docs/policy.md', 'docs/getting-started.md']).map(
  ({ page, text }) => [`the example of ${page}`, text] as const,
);

describe.each([...files, ...ofPage])('%s', (from, text) => {
  it('is a policy', () => {
    expect(readPolicy({ text, from }, { types, resources: [] }).kinds.size).toBeGreaterThan(0);
  });

  it('names its schema, where it is a file, and no property that the schema lacks', () => {
    const { $schema, ...content } = JSON.parse(text) as Record<string, unknown>;
    if (from.endsWith('.json')) expect($schema).toBe('../../follow-up.policy.schema.json');
    const { properties, required } = JSON.parse(policyJsonSchema(types));
    expect(Object.keys(properties)).toEqual(expect.arrayContaining(Object.keys(content)));
    expect(required).toEqual(['kinds']);
  });
});

it('there is one for each of three owners', () => {
  expect(files.map(([name]) => name)).toEqual(['agency.json', 'municipality.json', 'small-owner.json']);
});

describe('docs/follow-ups.md', () => {
  const page = 'docs/follow-ups.md';

  it.each(files)('shows %s as it is', (_, text) => {
    expect(blocks('json', [page]).map(({ text }) => text)).toContain(text);
  });

  const explained = blocks('', [page]).filter(({ text }) =>
    text.startsWith('$ npm run altinn -- policy explain'),
  );

  it.each(explained.map(({ text }) => [text.split('\n')[0] as string, text]))(
    'says what %s says',
    async (line, text) => {
      const written = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
      try {
        await makeProgram().parseAsync(line.split(' -- ')[1]?.split(' ') ?? [], { from: 'user' });
        expect(written.mock.calls.join('')).toBe(text.split('\n').slice(1).join('\n'));
      } finally {
        written.mockRestore();
      }
    },
  );

  it('explains each policy that waits', () => {
    expect(explained.length).toBeGreaterThan(2);
  });
});
