export { indentJson } from './indent-json.ts';
export {
  createJsonScan,
  type JsonBounds,
  type JsonKind,
  type JsonScan,
  type JsonScanOptions,
  type JsonVerdict,
  type ScannedValue,
  scanJson,
} from './json-scan.ts';
export { encodeJson, type JsonText, jsonText, textOf } from './json-text.ts';
export { memberText } from './member-text.ts';
export { OTHER_FORMAT_BYTES, type OtherFormat, otherFormatOf } from './other-format.ts';
export { printableJson, UNPRINTABLE } from './printable-json.ts';
