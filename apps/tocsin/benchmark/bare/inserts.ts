/** What it takes to insert rows that are there already, in batches, into tables of their own with the same indexes. */
import pg from 'pg';
import { bareOptions, measured, report } from './measured.ts';

interface Options {
  databaseUrl: string;
  tables: string[];
  /** Of each table so many at most. */
  rowsMax?: number;
  /** Rows of the first table; of the others in proportion. */
  batch: number;
  connections: number;
}

const { databaseUrl, tables, rowsMax = null, batch, connections } = bareOptions<Options>();
const pool = new pg.Pool({ connectionString: databaseUrl, max: connections });
const rows = new Map<string, string[]>();
for (const table of tables) {
  // The type of a row is the original's, so that its text is read as it was written.
  const { rows: found } = await pool.query<{ row: string }>(
    `SELECT t::text AS row FROM ${table} t LIMIT $1`,
    [rowsMax],
  );
  rows.set(
    table,
    found.map(({ row }) => row),
  );
  await pool.query(`DROP TABLE IF EXISTS bare_${table}`);
  await pool.query(`CREATE TABLE bare_${table} (LIKE ${table} INCLUDING DEFAULTS INCLUDING INDEXES)`);
}
const count = rows.get(tables[0] ?? '')?.length ?? 0;
const batches = Math.ceil(count / batch);

async function insertBatch(n: number): Promise<void> {
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    for (const [table, all] of rows) {
      const share = Math.ceil(all.length / batches);
      await client.query({
        name: table,
        text: `INSERT INTO bare_${table} SELECT * FROM unnest($1::${table}[])`,
        values: [all.slice(n * share, (n + 1) * share)],
      });
    }
    await client.query('COMMIT');
  } finally {
    client.release();
  }
}

let next = 0;
async function loop(): Promise<void> {
  while (next < batches) {
    next += 1;
    await insertBatch(next - 1);
  }
}
const run = await measured(count, () => Promise.all(Array.from({ length: connections }, loop)));
for (const table of tables) await pool.query(`DROP TABLE bare_${table}`);
await pool.end();
report(run);
