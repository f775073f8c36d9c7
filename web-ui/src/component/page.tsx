import type { ComponentChildren } from 'preact';
import { useEffect, useRef } from 'preact/hooks';
import { t } from '../t.ts';
import { Icon, type IconName } from './icon.tsx';

type PageProps = {
  readonly title: string;
  readonly lead?: ComponentChildren;
  readonly actions?: ComponentChildren;
  /** Address of the page above, and its name. */
  readonly back?: { readonly href: string; readonly title: string };
  readonly children: ComponentChildren;
};

let first = true;

/** The frame of a page: its heading takes the focus when it opens, so that keyboard and screen reader go along. */
export const Page = ({ title, lead, actions, back, children }: PageProps) => {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = `${title} · ${t('product')}`;
    if (!first) heading.current?.focus({ preventScroll: true });
    if (!first) scrollTo(0, 0);
    first = false;
  }, [title]);
  return (
    <main class="content" id="content">
      {back && (
        <a class="back" href={back.href}>
          <Icon name="back" />
          {back.title}
        </a>
      )}
      <div class="page-head">
        <h1 ref={heading} tabIndex={-1}>
          {title}
        </h1>
        {actions && <div class="page-actions">{actions}</div>}
      </div>
      {lead && <p class="lead">{lead}</p>}
      {children}
    </main>
  );
};

type SectionProps = {
  readonly title: string;
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
};

/** A part of a page with a heading. */
export const Section = ({ title, aside, children }: SectionProps) => (
  <section class="section">
    <div class="section-head">
      <h2>{title}</h2>
      {aside}
    </div>
    {children}
  </section>
);

type EmptyProps = { readonly icon: IconName; readonly title: string; readonly children?: ComponentChildren };

/** Nothing is here yet, and what to do about it. */
export const Empty = ({ icon, title, children }: EmptyProps) => (
  <div class="empty">
    <Icon name={icon} large />
    <p class="empty-title">{title}</p>
    {children && <div class="empty-text">{children}</div>}
  </div>
);
