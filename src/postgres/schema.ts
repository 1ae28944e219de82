// The tables and their migrations: each version runs once, however many processes start at the same
// moment.
import { TABLES } from './tables.js'

/**
 * What one version adds; `:schema` is the schema's quoted name. A version that was released is
 * never changed.
 */
const VERSIONS: readonly string[] = [TABLES]

// Any number, the same in every process that shares the database.
const LOCK = 4_370_011_609

/**
 * The statement that brings a schema up to date. It is one statement, so that any connection of a
 * pool can run it, and a transaction-level lock makes other processes wait.
 */
export function migration(schema: string): string {
  const quoted = `"${schema}"`
  const steps = VERSIONS.map((statements, index) => {
    const version = index + 1
    return `
      IF current_version < ${version} THEN
        ${statements.replaceAll(':schema', quoted)}
        INSERT INTO ${quoted}.versions (version) VALUES (${version});
      END IF;`
  })
  return `
    DO $migrate$
    DECLARE current_version integer;
    BEGIN
      PERFORM pg_advisory_xact_lock(${LOCK});
      -- IF NOT EXISTS would ask for the right to create schemas even if this one exists.
      IF to_regnamespace('${quoted}') IS NULL THEN
        CREATE SCHEMA ${quoted};
      END IF;
      CREATE TABLE IF NOT EXISTS ${quoted}.versions (
        version integer PRIMARY KEY,
        migrated_at timestamptz NOT NULL DEFAULT now()
      );
      SELECT coalesce(max(version), 0) INTO current_version FROM ${quoted}.versions;
      -- Tables of 0.2 have numbers of their own.
      IF current_version > 0 AND to_regclass('${quoted}.roster') IS NULL THEN
        RAISE EXCEPTION 'the schema ${quoted} has the tables of express-iclock 0.2, and this version has others: move them away with ALTER SCHEMA ${quoted} RENAME TO "${schema.slice(0, 60)}_02", or give another name in the option "schema"';
      END IF;
      ${steps.join('')}
    END $migrate$`
}
