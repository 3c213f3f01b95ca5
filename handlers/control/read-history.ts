/** A notification in a stream of the history. */
export interface HistoryEntry {
  readonly cursor: string;
  readonly id: string;
  /** JSON text. */
  readonly data: string;
  readonly channel?: string | undefined;
  readonly from?: string | undefined;
  /** The users who do not get it. */
  readonly except?: ReadonlySet<unknown> | undefined;
}

/** The history. A call may throw. */
export interface HistoryReader {
  /** The next entries of a stream after a cursor, in the order of their cursors. Strongly consistent. */
  page(
    stream: string,
    after: string,
    maxRows: number,
  ): Promise<{ readonly entries: readonly HistoryEntry[]; readonly isLast: boolean }>;
}

/** Rows that may be in memory for one recovery, of all its streams: a row may have 128 KB. */
const ROWS_AHEAD = 250;

/** The entries of several streams after a cursor, in the order of their cursors. It reads no page before it is needed. */
export async function* entriesOf(
  streams: readonly string[],
  after: string,
  reader: HistoryReader,
): AsyncGenerator<HistoryEntry> {
  const rows = Math.max(1, Math.floor(ROWS_AHEAD / streams.length));
  const heads = await Promise.all(streams.map((stream) => StreamHead.open(stream, after, reader, rows)));
  for (;;) {
    const first = earliest(heads);
    if (first?.entry === undefined) return;
    yield first.entry;
    await first.advance();
  }
}

function earliest(heads: readonly StreamHead[]): StreamHead | undefined {
  let first: StreamHead | undefined;
  for (const head of heads) {
    if (head.entry !== undefined && (first?.entry === undefined || head.entry.cursor < first.entry.cursor))
      first = head;
  }
  return first;
}

/** A place in a stream. */
class StreamHead {
  #entries: readonly HistoryEntry[] = [];
  #index = 0;
  #isLast = false;

  private constructor(
    private readonly stream: string,
    private readonly reader: HistoryReader,
    private readonly maxRows: number,
  ) {}

  static async open(stream: string, after: string, reader: HistoryReader, maxRows: number): Promise<StreamHead> {
    const head = new StreamHead(stream, reader, maxRows);
    await head.#read(after);
    return head;
  }

  /** Undefined at the end of the stream. */
  get entry(): HistoryEntry | undefined {
    return this.#entries[this.#index];
  }

  async advance(): Promise<void> {
    const last = this.entry;
    this.#index++;
    if (this.entry === undefined && last !== undefined && !this.#isLast) await this.#read(last.cursor);
  }

  async #read(after: string): Promise<void> {
    const { entries, isLast } = await this.reader.page(this.stream, after, this.maxRows);
    this.#entries = entries;
    this.#index = 0;
    this.#isLast = isLast;
  }
}
