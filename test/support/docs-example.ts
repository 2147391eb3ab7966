import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';

/**
 * Runs a fenced block as the module that it stands for: the file that its first line names, `// functions/reactions.ts`
 * say, so that its imports mean what they would mean there.
 */
export async function runExample(
  text: string,
  extension: 'ts' | 'js' = 'ts',
): Promise<Record<string, unknown>> {
  mkdirSync('.local', { recursive: true });
  const directory = mkdtempSync(resolve('.local', 'docs-'));
  const place = dirname(resolve(/^\/\/ (\S+\.ts)/.exec(text)?.[1] ?? 'index.ts'));
  const moved = text.replaceAll(/ from '(\.[^']+)'/g, (_, to: string) => {
    return ` from './${relative(directory, resolve(place, to))}'`;
  });
  const file = join(directory, `example.${extension}`);
  try {
    writeFileSync(file, moved);
    return await import(file);
  } finally {
    rmSync(directory, { recursive: true });
  }
}
