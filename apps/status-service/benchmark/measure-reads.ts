import { parseArgs } from 'node:util';
import { createTestDatabase, startPostgres } from '@tocsin/testkit';
