import fc from "fast-check";
import { renderTemplate, type TemplateInput } from "../../../emulator/velocity/render-template";
import { TemplateError } from "../../../emulator/velocity/template-error";

const BODY = JSON.stringify({
  action: "send",
  message: 'hi "x"',
  number: 12,
  object: { a: [1, { b: "c" }] },
  empty: "",
  nothing: null,
  yes: true,
});

const CONTEXT = {
  connectionId: "L0SM9cOFvHcCIhw=",
  requestTimeEpoch: 1_700_000_000_123,
  authorizer: { principalId: "alice", numKey: "1" },
  error: {},
};

const render = (template: string, input: Partial<TemplateInput> = {}): string =>
  renderTemplate(template, { body: BODY, context: CONTEXT, stageVariables: { table: "T" }, ...input });

/** Every row but those of $input.json was printed by Apache Velocity 1.7 and 2.3 alike. */
const RENDERED: readonly (readonly [behaviour: string, template: string, output: string])[] = [
  ["divides integers as Java does", "#set($x = $context.requestTimeEpoch / 1000 + 7200)$x", "1700007200"],
  ["truncates towards zero", "#set($x = -7 / 2)$x,#set($y = -7 % 2)$y", "-3,-1"],
  ["joins strings with +", "#set($x = $input.path('$.message') + '!')$x", 'hi "x"!'],
  [
    "prints a reference without value as its source",
    "$nope ${nope} $context.authorizer.nope",
    "$nope ${nope} $context.authorizer.nope",
  ],
  [
    "prints a quiet reference without value as nothing",
    "a$!nope${context.messageId}b#set($x = $nope)$!{x.y.z()}",
    "a${context.messageId}b",
  ],
  [
    "interpolates double quotes and not single ones",
    "#set($x = \"<$context.authorizer.principalId>\")$x#set($y = '$x')$y",
    "<alice>$x",
  ],
  ["takes a path that leads nowhere, and null, for false", "#if($input.path('$.nope'))T#else F#end", " F"],
  ["compares with a missing value", "#if($nope == '')T#elseif($nope != '')F#end", "F"],
  ["compares values of two types by their text", "#if($input.path('$.number') == '12')T#end", "T"],
  ["compares numbers and strings", "#if($input.path('$.number') > 7 && $context.connectionId != 'x')T#end", "T"],
  [
    "calls methods of strings",
    "$input.path('$.message').length() $input.path('$.message').substring(1, 3) $input.path('$.message').contains('i \"')",
    "6 i  true",
  ],
  [
    "compares strings as Java does",
    "#set($now = \"$context.requestTimeEpoch\")$now.compareTo('1700000000124') $now.compareTo($now) $now.compareTo('170') $now.compareTo('')",
    "-1 0 10 13",
  ],
  ["replaces by a Java regular expression", "$input.json('$.message').replaceAll('^\"|\"$', '')", 'hi \\"x\\"'],
  ["tells a JSON string by its quote", "#if($input.json('$.message').startsWith('\"'))string#end", "string"],
  ["undoes escaped single quotes as AWS advises", '$util.escapeJavaScript("it\'s").replaceAll("\\\\\'", "\'")', "it's"],
  [
    "reads members by property, method and index",
    "$input.path('$.object').a[1].b $input.path('$.object').a.get(0) $stageVariables['table']",
    "c 1 T",
  ],
  [
    "prints an object as Java's map and a list as JSON",
    "$input.path('$.object') $input.path('$.object.a')",
    '{a=[1,{"b":"c"}]} [1,{"b":"c"}]',
  ],
  [
    "prints JSON text of a part of the body",
    "$input.json('$.object') $input.json(\"$['message']\") $input.json('$.yes')",
    '{"a":[1,{"b":"c"}]} "hi \\"x\\"" true',
  ],
  ['prints "" as the JSON of what is missing', "$input.json('$.nope')$input.json('$.nothing')", '""""'],
  ["prints the body as it came", "$input.body", BODY],
  [
    "loops over a list",
    "#foreach($i in $input.path('$.object.a'))$foreach.index:$i#if($foreach.hasNext),#end#end",
    "0:1,1:{b=c}",
  ],
  ["loops over a range and restores the variable", "#set($i = 'x')#foreach($i in [1..3])$i#end$i", "123x"],
  ["parses JSON text", "$util.parseJson($input.body).object.a[1].b", "c"],
  ["encodes and decodes base64", "$util.base64Encode('é😀') $util.base64Decode('w6nwn5iA')", "w6nwn5iA é😀"],
  ["leaves dollar and hash signs of text alone", 'cost $5, # $ {"$":1} #a', 'cost $5, # $ {"$":1} #a'],
  ["leaves out comments", "text ## comment\nnext #* block *# end", "text next  end"],
  [
    "takes the line end of a directive's own line",
    "a\n#set($x = 1)\nb\n#if($x == 1)\nc\n#else\nd\n#end\ne",
    "a\nb\nc\ne",
  ],
];

const REFUSED: readonly (readonly [construct: string, template: string, message: string])[] = [
  ["$math", "#set($x = $math.add(1, 2))$x", "$math.add(1, 2): API Gateway has $input, $util"],
  [
    "an unknown $util method",
    "$util.toJson($input.body)",
    "$util.toJson() with 1 argument(s): documented are escapeJavaScript",
  ],
  ["an unknown $input method", "$input.header('x')", "$input.header(): documented are $input.body"],
  ["an unknown $context name", "$context.userId", "$context.userId is not documented"],
  ["an unknown $context.identity name", "$context.identity.ip", "$context.identity.ip is not documented"],
  ["Java reflection", "$input.path('$.message').class.forName('x')", ".class: Java properties are not supported"],
  ["Java reflection on an object", "$input.path('$').class", ".class is a Java property"],
  ["getClass()", "$context.connectionId.getClass()", ".getClass() with 0 argument(s) is not a method of String"],
  ["an unknown method", "$input.path('$.message').strip()", ".strip() with 0 argument(s)"],
  ["a substring out of bounds", "$input.path('$.message').substring(0, 99)", ".substring(99) is out of bounds"],
  ["a root by itself", "$context", "$context is not a value by itself"],
  ["#set on a root", "#set($context.foo = 1)", "#set($context.foo = …)"],
  ["#set to nothing over a value", "#set($x = 'a')#set($x = $nope)", "keeps the old value in Velocity 1.7"],
  ["a condition on an empty string", "#if($input.path('$.empty'))x#end", "Velocity 1.7 and 2 differ"],
  ["$util of a missing value", "$util.urlEncode($input.path('$.nope'))", "$util.urlEncode() takes a string, not null"],
  [
    "$util of a number",
    "$util.urlEncode($context.requestTimeEpoch)",
    "$util.urlEncode() takes a string, not another type",
  ],
  ["#define", "#define($x)a#end", "#define: only #set"],
  ["#macro", "#macro(x)a#end", "#macro: only #set"],
  ["#evaluate", "#evaluate($input.body)", "#evaluate: only #set"],
  ["#stop", "a#stop", "#stop: only #set"],
  ["an unclosed block", "#if($context.connectionId == '')x", "#if or #foreach without #end"],
  ["a stray #end", "a#end", "#end without #if or #foreach"],
  ["null as a literal", "#set($x = null)", "null is not a literal"],
  ["an escaped quote", '#set($x = "a\\"b")', "a backslash does not escape a quote"],
  ["an escaped reference", "\\$context.connectionId", "a backslash before $ or #"],
  ["a minus that touches its operands", "#set($x = $input.path('$.message').length()-1)", "blanks around -"],
  ["a hyphen in a name", "$context.connectionId-x", "a hyphen belongs to the name in Velocity 1.7"],
  ["|| before && without parentheses", "#if($a || $b && $c)x#end", "needs parentheses"],
  ["division by zero", "#set($x = 1 / 0)", "division by zero"],
  ["arithmetic on text", "#set($x = $context.connectionId * 2)", "* needs integers on both sides"],
  ["a decimal literal", "#set($x = 1.5)", "1.5: decimal literals"],
  ["an expression as an argument", "$input.path('$.a' + 'b')", "cannot be parsed"],
  ["a syntax error", "#set($x 1)", "cannot be parsed"],
  ["JSONPath beyond the subset", "$input.path('$..message')", "JSONPath $..message: only"],
  ["a body that is not JSON", "$input.json('$')", "this one is not JSON"],
];

describe("renderTemplate", () => {
  it.each(RENDERED)("%s", (_, template, output) => {
    expect(render(template)).toBe(output);
  });

  it.each(REFUSED)("rejects %s", (construct, template, message) => {
    const input = construct === "a body that is not JSON" ? { body: "not json" } : {};
    expect(() => render(template, input)).toThrow(TemplateError);
    expect(() => render(template, input)).toThrow(message);
  });

  it("prints missing values as nothing under the other reading of API Gateway", () => {
    expect(render("[$nope]", { nullReference: "empty" })).toBe("[]");
  });

  it("gives {} as the body where there is none, and no value for its parts", () => {
    expect(render("$input.body [$!input.path('$')]", { body: "" })).toBe("{} []");
  });

  it("reads parameters, path before query string before header", () => {
    const params = { querystring: { a: "q", b: "2" }, header: { a: "h", "X-C": "3" } };
    expect(
      render("$input.params('a')$input.params('X-C')-$input.params('d')-$input.params().querystring.b", { params }),
    ).toBe("q3--2");
  });

  it("keeps every digit of a number", () => {
    const body = '{"a":12345678901234567890,"b":1.50,"c":-0,"d":1E400}';
    expect(render("$input.json('$') $input.path('$.a')", { body })).toBe(`${body} 12345678901234567890`);
  });

  it("keeps __proto__ an ordinary key", () => {
    const body = '{"__proto__":{"x":1},"constructor":2}';
    expect(render("$input.json('$') $input.path('$.__proto__.x')$input.path('$.constructor')", { body })).toBe(
      `${body} 12`,
    );
    expect(render("$!input.path('$.toString')")).toBe("");
  });

  it("escapes as commons-lang's escapeJavaScript does", () => {
    expect(
      render("$util.escapeJavaScript($input.path('$.m'))", {
        body: JSON.stringify({ m: "'\"/\\\b\n\t\f\r\u0001~\x7fé😀" }),
      }),
    ).toBe("\\'\\\"\\/\\\\\\b\\n\\t\\f\\r\\u0001~\x7f\\u00E9\\uD83D\\uDE00");
  });

  it("encodes for forms as Java's URLEncoder does", () => {
    expect(
      render("$util.urlEncode($input.path('$.m'))", { body: JSON.stringify({ m: "a b+c&d=e.-*_~!'()é😀\ud800" }) }),
    ).toBe("a+b%2Bc%26d%3De.-*_%7E%21%27%28%29%C3%A9%F0%9F%98%80%3F");
  });

  it("never evaluates what a client sent", () => {
    const hostile = "$util.base64Encode('x') #set($x = 1) ${context.connectionId} #end \\$a ## #* $!input.body #[[";
    const body = JSON.stringify({ message: hostile });
    expect(render("#set($m = $input.path('$.message'))<$m>\"$util.urlDecode($util.urlEncode($m))\"", { body })).toBe(
      `<${hostile}>"${hostile}"`,
    );
    expect(render('#set($m = "$input.path(\'$.message\')")$m#set($n = "$m")$n', { body })).toBe(hostile + hostile);
  });

  it("carries any message through a form or a JSON string unharmed", () => {
    const template =
      '#set($m = $input.path(\'$.m\'))MessageBody=$util.urlEncode($m)&E="$util.escapeJavaScript($m).replaceAll("\\\\\'", "\'")"';
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: "binary" }), fc.string({ unit: fc.constantFrom(..."$#\\\"'{}!/[]*a") })),
        (m) => {
          const rendered = render(template, { body: JSON.stringify({ m }) });
          const [, form = "", escaped = ""] = /^MessageBody=([^&]*)&E=(".*")$/s.exec(rendered) ?? [];
          expect(new URLSearchParams(`m=${form}`).get("m")).toBe(m);
          expect(JSON.parse(escaped.replaceAll("\x7f", "\\u007f"))).toBe(m);
        },
      ),
    );
  });

  it("carries any JSON value through $input.json unharmed", () => {
    fc.assert(
      fc.property(fc.json(), (m) => {
        const rendered = render("{\"copy\":$input.json('$.m')}", { body: `{"m":${m}}` });
        expect(JSON.parse(rendered)).toEqual({ copy: JSON.parse(m) ?? "" });
      }),
    );
  });

  it("renders a message of 128 KB", () => {
    const m = "é$\"'#".repeat(26_000);
    expect(render("$util.urlDecode($util.urlEncode($input.path('$.m')))", { body: JSON.stringify({ m }) })).toBe(m);
  });

  it("never shows the body in an error", () => {
    const body = JSON.stringify({ secret: "hunter2" });
    for (const template of [
      "$util.parseJson($input.path('$.secret'))",
      "$input.path('$.secret').substring(99)",
      "#set($x = $input.path('$.secret') * 2)",
    ]) {
      expect(() => render(template, { body })).toThrow(
        expect.not.objectContaining({ message: expect.stringContaining("hunter2") }),
      );
    }
  });
});
