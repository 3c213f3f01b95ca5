/** `<!-- generated: name -->` … `<!-- end -->`, and what stands between. */
const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)([\s\S]*?)(<!-- end -->)/g;

/** The page with every block filled anew. @throws Error for a name that nobody generates */
export function fillBlocks(page: string, blocks: Readonly<Record<string, () => string>>): string {
  return page.replace(BLOCK, (_whole, start: string, name: string, _old: string, end: string) => {
    const block = blocks[name];
    if (block === undefined) throw new Error(`there is no generated block called ${name}`);
    return `${start}\n${block()}\n\n${end}`;
  });
}
