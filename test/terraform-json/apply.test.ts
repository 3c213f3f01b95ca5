import { type ApplyOptions, applyStack, createResolver } from "../../terraform-json/apply";
import { readStack } from "../../terraform-json/stack";

const options: ApplyOptions = {
  variables: {},
  modulePath: "/stack",
  resources: {
    queue: ({ name = null }) => ({ arn: `arn:${name}` }),
    policy: () => ({}),
  },
  data: { region: () => ({ region: "eu-west-3" }) },
};

describe("a stack applied", () => {
  it("reads the data sources that a resource, an output or something before them needs, and no others", async () => {
    const read: string[] = [];
    const stack = readStack({
      locals: { a: "${data.region.by_local.region}", unused: "x" },
      data: {
        region: {
          by_local: {},
          by_data: {},
          by_resource: { of: "${data.region.by_data.region}" },
          by_output: {},
          by_nobody: { of: "${data.region.by_unused_data.region}" },
          by_unused_data: {},
        },
      },
      resource: { queue: { main: { name: "${local.a}-${data.region.by_resource.region}" } } },
      output: { region: { value: "${data.region.by_output.region}" } },
    });
    const region = (_: object, address: string) => {
      read.push(address.split(".")[2] ?? "");
      return { region: "eu-west-3" };
    };
    await applyStack(stack, { ...options, data: { region } });
    expect(read.sort()).toEqual(["by_data", "by_local", "by_output", "by_resource"]);
  });

  it("creates each resource after what it refers to, and lets expressions read all of them", async () => {
    const created: string[] = [];
    const stack = readStack({
      variable: { prefix: { type: "string" } },
      locals: { name: "${var.prefix}-${data.region.here.region}" },
      data: { region: { here: {} } },
      resource: {
        policy: { first: { queue: "${queue.dlq.arn}", depends_on: ["queue.main"] } },
        queue: {
          main: {
            name: "${local.name}",
            redrive: "${jsonencode({target = queue.dlq.arn})}",
            lifecycle: { ignore: ["x"] },
          },
          dlq: { name: "${local.name}-dlq", "//": { metadata: "${ignored}" } },
        },
      },
      output: { arn: { value: "${queue.main.arn}" } },
    });
    const { state, outputs } = await applyStack(stack, {
      ...options,
      variables: { prefix: "p" },
      resources: {
        queue: async (args, address) => {
          await new Promise(setImmediate);
          created.push(address);
          return { arn: `arn:${args.name}` };
        },
        policy: (_args, address) => {
          created.push(address);
          return {};
        },
      },
    });
    expect(created).toEqual(["queue.dlq", "queue.main", "policy.first"]);
    expect(outputs).toEqual({ arn: "arn:p-eu-west-3" });
    const resolve = createResolver(JSON.parse(JSON.stringify(state)));
    expect(resolve({ a: ["${queue.main.redrive}"], b: 1 })).toEqual({ a: ['{"target":"arn:p-eu-west-3-dlq"}'], b: 1 });
  });

  it("makes as many instances as count and for_each say", async () => {
    const stack = readStack({
      variable: { has: { default: true } },
      resource: {
        queue: {
          some: { count: "${var.has ? 2 : 0}", name: "q${count.index}" },
          none: { count: "${var.has ? 0 : 1}", name: "never" },
          each: { for_each: { b: 1, a: 2 }, name: "${each.key}${each.value}" },
        },
      },
      output: {
        some: { value: "${queue.some[*].arn}" },
        none: { value: "${one(queue.none[*].arn)}" },
        each: { value: '${queue.each["a"].arn}' },
      },
    });
    expect((await applyStack(stack, options)).outputs).toEqual({
      some: ["arn:q0", "arn:q1"],
      none: null,
      each: "arn:a2",
    });
  });

  it("keeps the blocks beside dynamic blocks of the same type", async () => {
    const created: unknown[] = [];
    await applyStack(
      readStack({
        resource: {
          r: {
            one: {
              setting: [{ name: "plain" }],
              dynamic: { setting: { for_each: ["a"], content: { name: "${setting.value}" } } },
            },
            two: { setting: { name: "only" }, dynamic: { setting: { for_each: [], content: {} } } },
          },
        },
      }),
      {
        variables: {},
        modulePath: "/",
        resources: {
          r: ({ setting }) => {
            created.push(setting);
            return {};
          },
        },
        data: {},
      },
    );
    expect(created).toEqual([[{ name: "plain" }, { name: "a" }], [{ name: "only" }]]);
  });

  it("unrolls dynamic blocks", async () => {
    const seen: unknown[] = [];
    const stack = readStack({
      resource: {
        queue: {
          one: { dynamic: { setting: { for_each: ["a", "b"], content: { name: "${setting.value}" } } } },
        },
      },
    });
    await applyStack(stack, { ...options, resources: { queue: (args) => ({ count: seen.push(args) }) } });
    expect(seen).toEqual([{ setting: [{ name: "a" }, { name: "b" }] }]);
  });

  it("rejects a type that nobody creates before anything is created", async () => {
    const created = jest.fn(() => ({}));
    const stack = readStack({ resource: { queue: { a: {} }, bucket: { b: {} } } });
    await expect(applyStack(stack, { ...options, resources: { queue: created } })).rejects.toThrow(
      "bucket.b: bucket is unknown here: add code that uses it, or add it to what is left out",
    );
    expect(created).not.toHaveBeenCalled();
  });

  it("rejects an expression that fails, naming the place", async () => {
    const stack = readStack({ resource: { queue: { a: { name: "x" }, b: { tags: [{ k: "${queue.a.urll}" }] } } } });
    await expect(applyStack(stack, options)).rejects.toThrow('queue.b.tags[0].k: queue.a has no attribute "urll"');
  });
});

describe("a stack read", () => {
  it("rejects a reference to nothing", () => {
    expect(() => readStack({ resource: { queue: { a: { name: "${topic.b.arn}" } } } })).toThrow(
      "queue.a refers to topic.b, which the stack does not declare",
    );
  });

  it("rejects a circle of references", () => {
    expect(() =>
      readStack({ resource: { queue: { a: { name: "${queue.b.arn}" }, b: { name: "${queue.a.arn}" } } } }),
    ).toThrow("a circle of references: queue.a -> queue.b -> queue.a");
  });

  it("rejects sections that it does not run", () => {
    expect(() => readStack({ module: {} })).toThrow('the section "module" is not supported here');
  });

  it("takes names bound by a for expression for no reference", () => {
    const stack = readStack({ locals: { a: "${[for x, y in var.list : y.z]}", b: "${[for x in local.a : x.y]}" } });
    expect(stack.nodes.map(({ address, dependencies }) => [address, dependencies])).toEqual([
      ["local.a", []],
      ["local.b", ["local.a"]],
    ]);
  });
});
