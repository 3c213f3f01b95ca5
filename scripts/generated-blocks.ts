/** `<!-- generated: name -->` … `<!-- end -->`, and the text between them. */
const BLOCK = /(<!-- generated: ([a-z-]+) -->\n)([\s\S]*?)(<!-- end -->)/g;

/** Gives the page with every block generated again. @throws Error for a block name without a generator */
export function fillBlocks(page: string, blocks: Readonly<Record<string, () => string>>): string {
  return page.replace(BLOCK, (_whole, start: string, name: string, _old: string, end: string) => {
    const block = blocks[name];
    if (block === undefined) throw new Error(`there is no generated block called ${name}`);
    return `${start}\n${block()}\n\n${end}`;
  });
}
