import { Aspects, Fn, type IAspect, Token } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

/** Tags every resource in the scope that can carry tags, so that none is forgotten. Besides the given: `stack = "sumu"`. */
export function tagEverything(scope: Construct, commonTags: Tags): void {
  const own = { stack: "sumu" };
  const tags: Tags = Token.isUnresolved(commonTags)
    ? Token.asStringMap(Fn.merge([commonTags, own]))
    : { ...commonTags, ...own };
  Aspects.of(scope).add(new TagAspect(tags));
}

class TagAspect implements IAspect {
  constructor(private readonly tags: Tags) {}

  visit(node: IConstruct): void {
    if (isTaggable(node)) {
      node.tags = { ...this.tags };
    }
  }
}

interface Taggable extends IConstruct {
  tags?: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

/** The bindings give `tags` and `tagsInput` to each resource whose schema has tags, and `tagsAll` to those that apply them. */
function isTaggable(node: IConstruct): node is Taggable {
  return "tagsInput" in node && "tags" in node;
}
