import { t } from '../t.ts';

/** Which box this is; one that still has the name it came with is called by what it is. */
export const Brand = ({ name }: { readonly name: string }) => {
  const own = name !== '' && name.toLowerCase() !== t('product').toLowerCase();
  return (
    <div class="brand">
      <img src="/icon.svg" alt="" width="32" height="32" />
      <div>
        <strong>{own ? name : t('product')}</strong>
        <span>{own ? t('product') : t('product.is')}</span>
      </div>
    </div>
  );
};
