import { Aspects, Fn, type IAspect, ref, TerraformLocal, TerraformStack, Token } from "cdktf";
import type { Construct, IConstruct } from "constructs";

/** Tags by their keys. */
export type Tags = Readonly<Record<string, string>>;

const OWN_KEY = "stack";
const OWN: Tags = { [OWN_KEY]: "sumu" };

/**
 * Adds tags to every resource in the scope that can have tags, so that no resource is forgotten. It adds the given
 * tags. It also adds `stack = "sumu"`, unless a given key is `stack` in any letter case. A tag that the caller's own
 * aspect has already set on the resource stays.
 */
export function tagEverything(scope: Construct, commonTags: Tags): void {
  const tags = Token.isUnresolved(commonTags)
    ? new TerraformLocal(scope, "tags", withOwnUnlessGiven(commonTags))
    : literalOver(commonTags, OWN);
  Aspects.of(scope).add(new TagAspect(tags));
}

/**
 * IAM compares keys without case, and refuses `Stack` beside `stack`. So our tag uses the caller's spelling of the key,
 * and then the caller's value. The pattern means the same to RE2 and to JavaScript.
 */
function withOwnUnlessGiven(commonTags: Tags): string {
  const anyCase = [...OWN_KEY].map((letter) => `[${letter.toUpperCase()}${letter}]`).join("");
  const given = Fn.one(Fn.regex(`(?:^|,)(${anyCase})(?:,|$)`, Fn.join(",", Token.asList(Fn.keys(commonTags)))));
  return Fn.merge([Fn.zipmap([Token.asString(Fn.try([given, OWN_KEY]))], [OWN[OWN_KEY]]), commonTags]);
}

class TagAspect implements IAspect {
  constructor(private readonly tags: Tags | TerraformLocal) {}

  visit(node: IConstruct): void {
    if (isTaggable(node)) {
      node.tags = { ...over(node.tagsInput ?? {}, this.tags) };
    }
  }
}

/**
 * Merges a resource's own tags over the common tags. If a common key equals an own key in another letter case, the
 * common key is removed.
 */
function over(own: Tags, common: Tags | TerraformLocal): Tags {
  if (!(common instanceof TerraformLocal)) {
    return Token.isUnresolved(own) ? Token.asStringMap(Fn.merge([common, own])) : literalOver(own, common);
  }
  if (Token.isUnresolved(own)) return Token.asStringMap(Fn.merge([common.expression, own]));
  const keys = Object.keys(own).map((key) => key.toLowerCase());
  if (keys.length === 0) return Token.asStringMap(common.expression);
  const others = `{for key, value in local.${common.friendlyUniqueId} : key => value if !contains(${JSON.stringify(keys)}, lower(key))}`;
  return Token.asStringMap(Fn.merge([ref(others, TerraformStack.of(common)), own]));
}

function literalOver(own: Tags, common: Tags): Tags {
  const keys = Object.keys(own).map((key) => key.toLowerCase());
  return { ...Object.fromEntries(Object.entries(common).filter(([key]) => !keys.includes(key.toLowerCase()))), ...own };
}

interface Taggable extends IConstruct {
  tags?: Record<string, string>;
  readonly tagsInput?: Record<string, string>;
}

/**
 * The bindings have `tags` and `tagsInput` on each resource whose schema has tags, and `tagsAll` on the resources that
 * apply them.
 */
function isTaggable(node: IConstruct): node is Taggable {
  return "tagsInput" in node && "tags" in node;
}
