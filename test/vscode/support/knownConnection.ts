import path from 'node:path';
import { commands } from 'vscode';
import { readNewConnection } from '../../../src/connections/connection.ts';
import { CONNECTION_SCHEMA, SqliteConnectionTable } from '../../../src/storage/connectionTable.ts';
import { openDatabase } from '../../../src/storage/database.ts';

/** Returns the folder in which VS Code keeps our extension's storage for all windows. */
function storageFolder(): string {
  const data = process.env['RIG_SERVER_DATA'] ?? '';
  return path.join(data, 'data', 'User', 'globalStorage', 'live-response-results.live-response-results');
}

/**
 * Adds a connection through the command that any program may call, and makes it active. It stands for a connection that
 * the user has agreed to before. VS Code shows no dialog to tests in the extension host, so this writes the stored
 * agreement.
 */
export async function addKnownConnection(argument: object): Promise<void> {
  const read = readNewConnection(argument);
  if ('problem' in read) throw new Error(`no connection: ${read.problem.field}`);
  const { name } = read.connection;
  const database = openDatabase(storageFolder(), 'shared.db', CONNECTION_SCHEMA);
  const table = new SqliteConnectionTable(database);
  // The only connection, because a window keeps the shown one as long as it exists.
  for (const other of table.list()) table.delete(other.name);
  table.put({ name, json: JSON.stringify(read.connection) });
  table.activate(name);
  database.close();
  await commands.executeCommand('liveResponse.addConnection', argument);
}
