import type { Language, SentenceName } from './names.ts';

/** What is spoken; `tone` is no speech. */
export type Texts = Readonly<Record<Exclude<SentenceName, 'tone'>, string>>;

const numbers = (words: readonly string[]) =>
  Object.fromEntries(words.map((word, number) => [`number${number}`, word])) as Record<
    Extract<SentenceName, `number${number}`>,
    string
  >;

/**
 * The words of every sentence. The keys they name are those of the menu (`control/ivr/menu-keys.ts`); a count is said
 * as "You have", a number, "new messages", "and", a number, "saved messages". Whoever changes a text makes its file
 * anew with `npm run prompts`.
 */
export const texts: Readonly<Record<Language, Texts>> = {
  en: {
    noWayOut: 'Your call cannot be connected right now. Please try again later.',
    allLinesBusy: 'All lines are busy. Please try again in a few minutes.',
    numberUnknown: 'The number you have dialed does not exist.',
    numberIncomplete: 'The number you have dialed is not complete.',
    notReachable: 'The person you are calling cannot be reached right now. Please try again later.',
    notAllowed: 'This call is not allowed.',
    greeting:
      'Your call cannot be answered right now. Please leave a message after the tone. It will be stored and sent to ' +
      'the person you called. To finish, hang up or press pound.',
    mailboxFull: 'This mailbox is full. Nothing more can be recorded.',
    enterPin: 'Please enter your pin, then press pound.',
    pinWrong: 'That pin is not correct.',
    mailboxLocked: 'This mailbox is locked. Please ask your administrator to unlock it.',
    noMessages: 'You have no messages.',
    youHave: 'You have',
    oneNewMessage: 'one new message.',
    newMessages: 'new messages.',
    oneKeptMessage: 'one saved message.',
    keptMessages: 'saved messages.',
    and: 'and',
    many: 'more than twenty',
    newMessage: 'New message.',
    keptMessage: 'Saved message.',
    messageMenu:
      'To hear the message again, press one. To save it, press two. To delete it, press three. For the next message, ' +
      'press pound. For the main menu, press star.',
    messageKept: 'Message saved.',
    messageDeleted: 'Message deleted.',
    endOfMessages: 'There are no more messages.',
    mainMenu: 'To hear your messages, press one. To change your greeting, press zero. To end the call, press pound.',
    greetingMenu:
      'To record a greeting, press zero. To use the standard greeting, press one. For the main menu, press star.',
    recordGreeting: 'Speak your greeting after the tone. When you have finished, press pound.',
    greetingStored: 'Your greeting has been stored.',
    greetingRemoved: 'Your greeting has been removed.',
    goodbye: 'Goodbye.',
    testCall: 'This is a test call. If you hear this sentence, the connection works.',
    ...numbers([
      ...['zero', 'one', 'two', 'three', 'four', 'five', 'six', 'seven', 'eight', 'nine', 'ten'],
      ...['eleven', 'twelve', 'thirteen', 'fourteen', 'fifteen', 'sixteen', 'seventeen', 'eighteen', 'nineteen'],
      'twenty',
    ]),
  },
  es: {
    noWayOut: 'Su llamada no se puede conectar en este momento. Intente más tarde.',
    allLinesBusy: 'Todas las líneas están ocupadas. Intente en unos minutos.',
    numberUnknown: 'El número que marcó no existe.',
    numberIncomplete: 'El número que marcó está incompleto.',
    notReachable: 'La persona a la que llama no está disponible. Intente más tarde.',
    notAllowed: 'Esta llamada no está permitida.',
    greeting:
      'No podemos atender su llamada. Deje un mensaje después del tono. Se guardará y se enviará a la persona a la ' +
      'que llamó. Para terminar, cuelgue o pulse numeral.',
    mailboxFull: 'El buzón está lleno. No se puede grabar nada más.',
    enterPin: 'Marque su clave y después numeral.',
    pinWrong: 'La clave no es correcta.',
    mailboxLocked: 'El buzón está bloqueado. Pida a su administrador que lo desbloquee.',
    noMessages: 'No tiene mensajes.',
    youHave: 'Usted tiene',
    oneNewMessage: 'un mensaje nuevo.',
    newMessages: 'mensajes nuevos.',
    oneKeptMessage: 'un mensaje guardado.',
    keptMessages: 'mensajes guardados.',
    and: 'y',
    many: 'más de veinte',
    newMessage: 'Mensaje nuevo.',
    keptMessage: 'Mensaje guardado.',
    messageMenu:
      'Para repetir el mensaje, pulse uno. Para guardarlo, dos. Para borrarlo, tres. Para el siguiente, numeral. ' +
      'Para el menú principal, asterisco.',
    messageKept: 'El mensaje se ha guardado.',
    messageDeleted: 'El mensaje se ha borrado.',
    endOfMessages: 'No hay más mensajes.',
    mainMenu: 'Para escuchar sus mensajes, pulse uno. Para cambiar su saludo, cero. Para terminar, numeral.',
    greetingMenu:
      'Para grabar un saludo, pulse cero. Para usar el saludo general, uno. Para el menú principal, asterisco.',
    recordGreeting: 'Grabe su saludo después del tono. Para terminar, pulse numeral.',
    greetingStored: 'Su saludo se ha guardado.',
    greetingRemoved: 'Su saludo se ha borrado.',
    goodbye: 'Hasta luego.',
    testCall: 'Esta es una llamada de prueba. Si escucha esta frase, la conexión funciona.',
    ...numbers([
      ...['cero', 'uno', 'dos', 'tres', 'cuatro', 'cinco', 'seis', 'siete', 'ocho', 'nueve', 'diez', 'once', 'doce'],
      ...['trece', 'catorce', 'quince', 'dieciséis', 'diecisiete', 'dieciocho', 'diecinueve', 'veinte'],
    ]),
  },
  de: {
    noWayOut: 'Ihr Anruf kann zurzeit nicht verbunden werden. Bitte versuchen Sie es später noch einmal.',
    allLinesBusy: 'Alle Leitungen sind belegt. Bitte versuchen Sie es in einigen Minuten noch einmal.',
    numberUnknown: 'Die gewählte Rufnummer gibt es nicht.',
    numberIncomplete: 'Die gewählte Rufnummer ist unvollständig.',
    notReachable: 'Der Teilnehmer ist zurzeit nicht erreichbar. Bitte versuchen Sie es später noch einmal.',
    notAllowed: 'Dieser Anruf ist nicht erlaubt.',
    greeting:
      'Ihr Anruf kann zurzeit nicht angenommen werden. Bitte sprechen Sie nach dem Ton. Ihre Nachricht wird ' +
      'gespeichert und weitergeleitet. Zum Beenden auflegen oder Raute drücken.',
    mailboxFull: 'Diese Mailbox ist voll. Es kann nichts mehr aufgenommen werden.',
    enterPin: 'Bitte geben Sie Ihre Geheimzahl ein, und dann Raute.',
    pinWrong: 'Die Geheimzahl ist falsch.',
    mailboxLocked: 'Diese Mailbox ist gesperrt. Bitte lassen Sie sie vom Administrator entsperren.',
    noMessages: 'Sie haben keine Nachrichten.',
    youHave: 'Sie haben',
    oneNewMessage: 'eine neue Nachricht.',
    newMessages: 'neue Nachrichten.',
    oneKeptMessage: 'eine gespeicherte Nachricht.',
    keptMessages: 'gespeicherte Nachrichten.',
    and: 'und',
    many: 'mehr als zwanzig',
    newMessage: 'Neue Nachricht.',
    keptMessage: 'Gespeicherte Nachricht.',
    messageMenu:
      'Nachricht wiederholen: eins. Speichern: zwei. Löschen: drei. Nächste Nachricht: Raute. Hauptmenü: Stern.',
    messageKept: 'Die Nachricht ist gespeichert.',
    messageDeleted: 'Die Nachricht ist gelöscht.',
    endOfMessages: 'Es gibt keine weiteren Nachrichten.',
    mainMenu: 'Nachrichten hören: eins. Begrüßung ändern: null. Beenden: Raute.',
    greetingMenu: 'Begrüßung aufnehmen: null. Standardbegrüßung verwenden: eins. Hauptmenü: Stern.',
    recordGreeting: 'Bitte sprechen Sie Ihre Begrüßung nach dem Ton. Zum Beenden drücken Sie Raute.',
    greetingStored: 'Ihre Begrüßung ist gespeichert.',
    greetingRemoved: 'Ihre Begrüßung ist gelöscht.',
    goodbye: 'Auf Wiederhören.',
    testCall: 'Dies ist ein Testanruf. Wenn Sie diesen Satz hören, funktioniert die Verbindung.',
    ...numbers([
      ...['null', 'eins', 'zwei', 'drei', 'vier', 'fünf', 'sechs', 'sieben', 'acht', 'neun', 'zehn', 'elf', 'zwölf'],
      ...['dreizehn', 'vierzehn', 'fünfzehn', 'sechzehn', 'siebzehn', 'achtzehn', 'neunzehn', 'zwanzig'],
    ]),
  },
  zh: {
    noWayOut: '您的电话暂时无法接通，请稍后再拨。',
    allLinesBusy: '线路全忙，请过几分钟再拨。',
    numberUnknown: '您拨打的号码是空号。',
    numberIncomplete: '您拨打的号码不完整。',
    notReachable: '您拨打的用户暂时无法接通，请稍后再拨。',
    notAllowed: '您不能拨打这个电话。',
    greeting: '您的电话暂时无人接听，请在提示音后留言。留言将被保存并转发给对方。结束请挂机或按井号键。',
    mailboxFull: '语音信箱已满，不能再录音。',
    enterPin: '请输入密码，按井号键结束。',
    pinWrong: '密码错误。',
    mailboxLocked: '语音信箱已锁定，请联系管理员解锁。',
    noMessages: '您没有留言。',
    youHave: '您有',
    oneNewMessage: '一条新留言。',
    newMessages: '条新留言。',
    oneKeptMessage: '一条已保存的留言。',
    keptMessages: '条已保存的留言。',
    and: '和',
    many: '二十多',
    newMessage: '新留言。',
    keptMessage: '已保存的留言。',
    messageMenu: '重听留言请按一，保存请按二，删除请按三，下一条请按井号键，主菜单请按星号键。',
    messageKept: '留言已保存。',
    messageDeleted: '留言已删除。',
    endOfMessages: '没有更多留言。',
    mainMenu: '听取留言请按一，更改问候语请按零，结束请按井号键。',
    greetingMenu: '录制问候语请按零，使用标准问候语请按一，主菜单请按星号键。',
    recordGreeting: '请在提示音后录制问候语，按井号键结束。',
    greetingStored: '问候语已保存。',
    greetingRemoved: '问候语已删除。',
    goodbye: '再见。',
    testCall: '这是一个测试电话。如果您听到这句话，说明线路正常。',
    ...numbers([
      ...['零', '一', '两', '三', '四', '五', '六', '七', '八', '九', '十', '十一', '十二', '十三', '十四', '十五'],
      ...['十六', '十七', '十八', '十九', '二十'],
    ]),
  },
};
