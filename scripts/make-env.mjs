// Makes .env from .env.example, with fresh secrets: `node scripts/make-env.mjs [FILE]`.
// Needs nothing installed. Never overwrites: lost secret keys are lost secrets, and the database keeps its password.
import { randomBytes } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const projectPath = (name) => fileURLToPath(new URL(`../${name}`, import.meta.url));

/** The formats are those that `packages/secrets` reads; the password goes into a URL, so it is URL-safe. */
function makeSecrets() {
  return {
    POSTGRES_PASSWORD: randomBytes(24).toString('base64url'),
    TOCSIN_ADMIN_KEY: `tcs_${randomBytes(8).toString('hex')}_${randomBytes(32).toString('base64url')}`,
    TOCSIN_SECRET_KEYS: `k${randomBytes(4).toString('hex')}:${randomBytes(32).toString('base64')}`,
    TOCSIN_SERVICE_TOKEN: randomBytes(32).toString('base64url'),
  };
}

/** Puts each secret in its empty place. */
function fillIn(template, secrets) {
  return Object.entries(secrets).reduce((text, [name, value]) => {
    const place = new RegExp(`^${name}=$`, 'm');
    if (!place.test(text)) throw new Error(`.env.example has no empty place for ${name}`);
    return text.replace(place, () => `${name}=${value}`);
  }, template);
}

const file = process.argv[2] ?? projectPath('.env');
const secrets = makeSecrets();
const text = fillIn(readFileSync(projectPath('.env.example'), 'utf8'), secrets);
try {
  // `wx` refuses a file that exists, and the mode holds from the first byte on.
  writeFileSync(file, text, { flag: 'wx', mode: 0o600 });
} catch (error) {
  if (error.code !== 'EEXIST') throw error;
  console.error(`${file} exists already and was left as it is. Move it away first to start anew.`);
  process.exit(1);
}
console.log(`Wrote ${relative('.', file) || file}, readable by you alone. Keep a copy of it in a safe place.

The first admin key, shown this once:

  ${secrets.TOCSIN_ADMIN_KEY}
`);
