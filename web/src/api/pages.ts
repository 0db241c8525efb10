// Lists of which all is wanted.

interface Page<T> {
  data: T[];
  meta: { total: number };
}

/** Gathers every page of a list. */
export async function everyPage<T>(page: (query: { page: number; per_page: number }) => Promise<Page<T>>): Promise<T[]> {
  const all: T[] = [];
  for (let n = 1; ; n += 1) {
    const { data, meta } = await page({ page: n, per_page: 200 });
    all.push(...data);
    if (data.length === 0 || all.length >= meta.total) return all;
  }
}
