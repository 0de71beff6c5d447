import { Box, Code } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';

export interface CodeBlockProps {
  text: string;
  /** Names the block for screen readers, and its copy button: `the payload`. */
  what: string;
  /** Beyond this height it scrolls; pixels. */
  heightMax?: number;
}

/** A text as it is, in a fixed font, that can be copied. Whatever stands in it is shown as text. */
export function CodeBlock({ text, what, heightMax = 420 }: CodeBlockProps) {
  return (
    <Box pos="relative">
      <Code
        block
        // A region that scrolls can be reached and scrolled with the keyboard.
        tabIndex={0}
        role="region"
        aria-label={what}
        dir="ltr"
        style={{
          maxHeight: heightMax,
          overflow: 'auto',
          whiteSpace: 'pre-wrap',
          overflowWrap: 'anywhere',
          paddingRight: 40,
        }}
      >
        {text}
      </Code>
      <Box pos="absolute" top={6} right={6}>
        <CopyButton text={text} what={`Copy ${what}`} />
      </Box>
    </Box>
  );
}
