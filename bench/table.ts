/** One measured line. A missing figure stays blank. */
export interface BenchRow {
  /** Lines of one section are printed together, in the order in which sections first appear. */
  readonly section: string;
  readonly name: string;
  /** CPU time of the measured process, user and system, in microseconds for one `unit`. */
  readonly cpuMicroseconds?: number;
  /** The unit of the CPU time: `message`, `call`, `start`, `import`. */
  readonly unit?: string;
  readonly perSecond?: number;
  /** The process's largest resident set, in MiB. */
  readonly peakMebibytes?: number;
  readonly bytes?: number;
  /** A bound for the figure. The run fails when the figure breaks a bound. */
  readonly bound?: {
    /** In words: `2.5 x the floor`. */
    readonly text: string;
    readonly holds: boolean;
    /** The figure that is compared, as printed: `1.4 x`. */
    readonly measured: string;
  };
}

/** The middle of an odd number of figures, the mean of the middle two of an even number. */
export function median(figures: readonly number[]): number {
  const sorted = [...figures].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError("there is no median of no figures");
  return (lower + upper) / 2;
}

const COLUMNS: readonly { readonly title: string; readonly cell: (row: BenchRow) => string }[] = [
  { title: "", cell: ({ name }) => name },
  { title: "CPU us", cell: ({ cpuMicroseconds: us }) => (us === undefined ? "" : us.toFixed(us < 1_000 ? 1 : 0)) },
  { title: "per", cell: ({ unit = "" }) => unit },
  { title: "per s", cell: ({ perSecond }) => (perSecond === undefined ? "" : Math.round(perSecond).toString()) },
  { title: "peak MiB", cell: ({ peakMebibytes: mib }) => (mib === undefined ? "" : mib.toFixed(0)) },
  { title: "bytes", cell: ({ bytes }) => (bytes === undefined ? "" : bytes.toString()) },
  {
    title: "bound",
    cell: ({ bound }) =>
      bound === undefined ? "" : `${bound.measured} (at most ${bound.text}) ${bound.holds ? "ok" : "MISSED"}`,
  },
];

/** The rows as text: a table for each section, without empty columns. */
export function formatTable(rows: readonly BenchRow[]): string {
  const sections = [...new Set(rows.map(({ section }) => section))];
  return sections
    .map((section) => {
      const own = rows.filter((row) => row.section === section);
      const columns = COLUMNS.filter(({ cell }) => own.some((row) => cell(row) !== ""));
      const lines = [columns.map(({ title }) => title), ...own.map((row) => columns.map(({ cell }) => cell(row)))];
      const widths = columns.map((_, index) => Math.max(...lines.map((line) => line[index]?.length ?? 0)));
      const text = lines.map((line) =>
        line
          .map((cell, index) => (index === 0 ? cell.padEnd(widths[index] ?? 0) : cell.padStart(widths[index] ?? 0)))
          .join("  ")
          .trimEnd(),
      );
      return [section, ...text].join("\n");
    })
    .join("\n\n");
}
