import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';

export interface Block {
  readonly page: string;
  /** What stands behind the fence: `ts`, `json` …; empty where nothing does. */
  readonly language: string;
  readonly text: string;
}

const fence = /^```(\w*)\n(.*?)^```$/gms;

/** Every page of the repository, by its path. */
export function pages(): string[] {
  const under = (directory: string) =>
    readdirSync(directory, { recursive: true, encoding: 'utf8' }).map((name) => join(directory, name));
  return [...readdirSync('.'), ...under('docs'), ...under('.github')].filter((path) => path.endsWith('.md'));
}

export function read(page: string): string {
  return readFileSync(page, 'utf8');
}

/** The fenced blocks of a page, or of all pages. */
export function blocks(language: string, of: readonly string[] = pages()): Block[] {
  return of.flatMap((page) =>
    [...read(page).matchAll(fence)]
      .map(([, language = '', text = '']) => ({ page, language, text }))
      .filter((block) => block.language === language),
  );
}

/** The texts in code font that stand in a line. */
export function inlineCode(page: string): string[] {
  return [
    ...read(page)
      .replaceAll(fence, '')
      .matchAll(/`([^`\n]+)`/g),
  ].map(([, code]) => code as string);
}

/** The relative links of a page that lead nowhere. */
export function deadLinks(page: string): string[] {
  const links = [
    ...read(page)
      .replaceAll(fence, '')
      .matchAll(/\]\(([^)\s]+)\)/g),
  ].map(([, to]) => to as string);
  return links.filter((to) => !/^https?:/.test(to) && !leadsSomewhere(page, to));
}

/** The pages that a page links to. */
export function linkedPages(page: string): string[] {
  return [...read(page).matchAll(/\]\(([^)\s#]+\.md)(?:#[^)]*)?\)/g)]
    .map(([, to]) => to as string)
    .filter((to) => !/^https?:/.test(to))
    .map((to) => normalize(join(dirname(page), to)));
}

function leadsSomewhere(page: string, to: string): boolean {
  const [path = '', anchor] = to.split('#');
  const target = path ? normalize(join(dirname(page), path)) : page;
  if (!existsSync(target)) return false;
  return anchor === undefined || anchors(target).includes(anchor);
}

/** The anchors that GitHub gives a page's headings. */
function anchors(page: string): string[] {
  const seen = new Map<string, number>();
  return [
    ...read(page)
      .replaceAll(fence, '')
      .matchAll(/^#{1,6} (.+)$/gm),
  ].map(([, heading = '']) => {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, '')
      .replaceAll(' ', '-');
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
