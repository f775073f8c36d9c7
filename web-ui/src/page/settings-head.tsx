import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { Icon } from '../component/icon.tsx';
import { refused } from '../settings/store.ts';
import { t } from '../t.ts';

type PaneHeadProps = {
  readonly title: string;
  readonly lead: string;
  /** What it is part of. */
  readonly up?: { readonly href: string; readonly title: string };
  readonly children?: ComponentChildren;
};

/** The heading of a section or thing beside the list of sections; on a small screen it is the page. */
export const PaneHead = ({ title, lead, up, children }: PaneHeadProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
    // where a field was refused the focus is there
    if (refused.value.length > 0) return;
    heading.current?.focus({ preventScroll: true });
    scrollTo(0, 0);
  }, [up?.href]);
  return (
    <>
      {up && (
        <a class="back" href={up.href}>
          <Icon name="back" />
          {up.title}
        </a>
      )}
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        <div class="page-actions">{children}</div>
      </div>
      {lead !== '' && <p class="lead">{lead}</p>}
    </>
  );
};
