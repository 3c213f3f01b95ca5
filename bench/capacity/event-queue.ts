interface Entry<Event> {
  readonly at: number;
  readonly order: number;
  readonly event: Event;
}

/** Events in the order of their time; of the same time, in the order in which they were put in. A binary heap. */
export class EventQueue<Event> {
  readonly #heap: Entry<Event>[] = [];
  #order = 0;

  put(at: number, event: Event): void {
    const heap = this.#heap;
    const entry = { at, order: this.#order++, event };
    let child = heap.push(entry) - 1;
    while (child > 0) {
      const parent = (child - 1) >> 1;
      const above = heap[parent] as Entry<Event>;
      if (!isBefore(entry, above)) break;
      heap[child] = above;
      child = parent;
    }
    heap[child] = entry;
  }

  take(): { readonly at: number; readonly event: Event } | undefined {
    const heap = this.#heap;
    const first = heap[0];
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let parent = 0;
    for (;;) {
      let child = 2 * parent + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && isBefore(heap[child + 1] as Entry<Event>, heap[child] as Entry<Event>)) child++;
      if (!isBefore(heap[child] as Entry<Event>, last)) break;
      heap[parent] = heap[child] as Entry<Event>;
      parent = child;
    }
    heap[parent] = last;
    return first;
  }
}

function isBefore(one: Entry<unknown>, other: Entry<unknown>): boolean {
  return one.at < other.at || (one.at === other.at && one.order < other.order);
}
