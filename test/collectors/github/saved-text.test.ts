import { describe, expect, it } from 'vitest';
import { savedText } from '../../../src/collectors/github/live/saved-text.ts';

const TOKEN = `gh${'p'}_${'A1b2C3d4E5'.repeat(4)}`;

const workflow = (token: string, password: string): string => `on: push # ${token}
jobs:
  a:
    runs-on: ubuntu-latest
    permissions: { id-token: write }
    env: { TOKEN: ${token}, OTHER: "\${{ secrets.OTHER }}" }
    steps:
      - uses: actions/checkout@v4
        with:
          token: {required: true}
      - run: |
          curl -H "Authorization: ${token}" https://example.com
          # second
      - run: deploy
        env:
          DB_PASSWORD: ${password}
`;

describe('a workflow that is saved', () => {
  it('holds no literal secret, and keeps its lines', () => {
    const saved = savedText(workflow(TOKEN, 'Sample-Value-4711'));
    expect(saved).not.toContain(TOKEN);
    expect(saved).not.toContain('4711');
    const lines = saved.split('\n');
    for (const [at, line] of workflow('', '').split('\n').entries())
      if (/^ *(?:- uses|token|- run: deploy|permissions)/.test(line)) expect(lines[at]).toBe(line);
    expect(saved).toContain('secrets.OTHER');
    expect(savedText(saved)).toBe(saved);
  });

  it('stays as it is when there is nothing to hide', () => {
    const clean = workflow('${{ github.token }}', '"${{ secrets.PASSWORD }}"').replace(
      'env: { TOKEN: ${{ github.token }},',
      'env: {',
    );
    expect(savedText(clean)).toBe(clean);
  });

  it('is scrubbed line by line when it is no YAML', () => {
    expect(savedText(`on: {{ x\n  {% y %} ${TOKEN}\n`)).toBe('on: {{ x\n  {% y %} (hidden)\n');
  });
});
