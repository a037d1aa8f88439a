/** Output of tools in six languages, unchanged. */
export const TEXTS: Readonly<Record<string, string>> = {
  Turkish:
    'Görev Adı: Güncelleme Denetimi\r\nDurum: Çalışıyor\r\nKullanıcı: İSTANBUL\\şükrü.öztürk\r\n' +
    'Aşağıdaki hizmetler başlatılamadı: Yazdırma Biriktiricisi\r\nErişim engellendi.\r\n',
  German:
    'Datenträger in Laufwerk C: hat keine Bezeichnung.\r\nVolumeseriennummer: 5A3C-91F0\r\n' +
    'Eigentümer: Jürgen Groß\r\nÜberprüfung der Geräte abgeschlossen, 3 Einträge geändert.\r\nZugriff für öffentliche Ordner gewährt.\r\n',
  Polish:
    'Nazwa użytkownika: Świętosław Żółć\r\nHasło wygasło: nie\r\nPołączenie zostało przerwane przez zdalny komputer.\r\n' +
    'Ścieżka: C:\\Użytkownicy\\Łukasz\\Pulpit\r\nOdmowa dostępu. Błąd systemu: późniejsza próba powiodła się.\r\n',
  Russian:
    'Имя пользователя: Иванов\r\nСостояние: Работает\r\nОтказано в доступе.\r\nТом в устройстве C не имеет метки.\r\n' +
    'Содержимое папки C:\\Пользователи\\Ёлкин\\Документы\r\n',
  Japanese:
    'ドライブ C のボリューム ラベルがありません。\r\nボリューム シリアル番号は 5A3C-91F0 です\r\n' +
    'アクセスが拒否されました。\r\nユーザー名: 山田太郎\r\n表示されているファイルの数: 12 個\r\n',
  Chinese:
    '驱动器 C 中的卷没有标签。\r\n卷的序列号是 5A3C-91F0\r\n拒绝访问。\r\n用户名: 张伟\r\n' +
    '服务正在启动。找不到指定的文件。\r\n',
};

/** Correct texts of other languages and kinds. */
export const RIGHT: readonly string[] = [
  'ACCÈS REFUSÉ – « là-bas »…\r\n12\u00a0°C, 5 €, œuvre, N° de série\r\n',
  '¡Atención! ACCESO DENEGADO. NO SE ENCONTRÓ la dirección física\n',
  'Příliš žluťoučký kůň úpěl ďábelské ódy. PŘÍSTUP BYL ODEPŘEN\n',
  'Το σύστημα δεν μπορεί να βρει το αρχείο. ΔΕΝ ΕΠΙΤΡΕΠΕΤΑΙ\n',
  'Відмовлено в доступі. Не вдалося знайти вказаний файл. Об’єм: 5 ГБ\n',
  'Приступ је одбијен. Љубљана Њујорк Ђорђе\n',
  'A hozzáférés megtagadva. Árvíztűrő tükörfúrógép\n',
  'Åtkomst nekad. Adgang nægtet. Käyttö estetty. København\n',
  'הגישה נדחתה.\n액세스가 거부되었습니다.\nتم رفض الوصول.\n',
  '繁體中文環境變數。系統找不到指定的檔案。\n',
  'Windowsの設定とC:のドライブ、ﾒﾓﾘ不足\n',
  'Aufgabenname: Überwachung der Geräte, ÄNNE MÖLLER, MÜNCHEN\n',
  'Sonraki Çalışma Zamanı: Yok. Ankara’da İSTANBUL ŞİŞLİ\n',
  'Имя: Müller, Москва – Łódź – Αθήνα, т.е. и т.п.\n',
  'C:.\n├───Bin\n│   └───Ärger\n└───Straße\n',
  '✅ done ❌ failed → next • 😀 don’t 10 m² 25°C µs ±5 %\n',
  '\u001b[1;31mОшибка\u001b[0m \u001b[32mGrün\u001b[0m\n',
  '{"a":"ä","名前":["ö"]}\n"ü";"ß"\n',
];

/** Texts of one line, as a user sees them in a short message. */
export const LINES: Readonly<Record<string, string>> = {
  Turkish: 'İşlem başarıyla tamamlandı, değişiklikler şimdi uygulanıyor.',
  German: 'Die Überprüfung wurde für alle Geräte durchgeführt, größere Schäden gibt es nicht.',
  Polish: 'Usługa została uruchomiona, lecz połączenie z bazą się nie powiodło: błąd użytkownika.',
  Russian: 'Служба запущена успешно, ошибок не найдено.',
  Japanese: 'サービスは正常に開始されました。エラーは見つかりませんでした。',
  Chinese: '服务已经启动成功，没有发现任何错误。',
};
