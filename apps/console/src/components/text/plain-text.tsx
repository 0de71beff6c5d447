import { Text, type TextProps } from '@mantine/core';

export interface PlainTextProps extends TextProps {
  text: string;
  /** Lines shown; the rest is cut, and the whole is in the title. Left out, everything is shown. */
  lines?: number;
}

/**
 * A producer's text, shown as text: in its own writing direction, with long words broken, never wider than its
 * container.
 */
export function PlainText({ text, lines, style, ...props }: PlainTextProps) {
  return (
    <Text
      {...props}
      {...(lines === undefined ? {} : { lineClamp: lines, title: text.slice(0, 1_000) })}
      style={[
        { overflowWrap: 'anywhere', whiteSpace: lines === undefined ? 'pre-wrap' : 'normal', minWidth: 0 },
        style,
      ]}
    >
      <bdi>{text}</bdi>
    </Text>
  );
}
