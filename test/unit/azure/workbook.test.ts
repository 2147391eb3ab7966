import { describe, expect, it } from 'vitest';
import { queriesOf } from '../../../infra/dev/generated/queries.ts';
import { workbook } from '../../../infra/dev/generated/workbook.ts';

interface Item {
  readonly type: number;
  readonly name: string;
  readonly content: Record<string, unknown> & { readonly parameters?: readonly { readonly name: string }[] };
}

const { version, items } = JSON.parse(workbook()) as { version: string; items: Item[] };
const tiles = items.filter(({ type }) => type === 3);

describe('the workbook', () => {
  it('is of the kind that Azure reads: texts, parameters and queries', () => {
    expect(version).toBe('Notebook/1.0');
    expect([...new Set(items.map(({ type }) => type))].sort()).toEqual([1, 3, 9]);
    expect(new Set(items.map(({ name }) => name)).size).toBe(items.length);
  });

  it('shows every query of a tile, and no other', () => {
    const shown = tiles.map(({ name, content: { query, title } }) => ({ name, title, text: query }));
    expect(shown.sort((one, other) => (one.name < other.name ? -1 : 1))).toEqual(queriesOf('tiles'));
  });

  it('takes the time of each tile from a parameter that it has', () => {
    const parameters = items.flatMap(({ content }) => content.parameters ?? []).map(({ name }) => name);
    for (const { content } of tiles) {
      expect(parameters).toContain(content.timeContextFromParameter);
      expect(content).toMatchObject({ version: 'KqlItem/1.0', queryType: 0 });
    }
  });

  it('draws over time only what has a time', () => {
    for (const { content } of tiles) {
      expect(/bin\(TimeGenerated/.test(String(content.query))).toBe(content.visualization !== 'table');
    }
  });
});
