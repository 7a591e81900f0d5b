using System.Text;

namespace OpenInteractions.Tools.Documents.Pdf;

/// <summary>
/// Reads what a page shows, in the order in which it is written. Lines and spaces between words follow from where the letters stand, because pages
/// have no others.
/// </summary>
internal sealed class PdfPageText(PdfFile file, PdfFonts fonts, StringBuilder text, CancellationToken cancellationToken)
{
    private const int MaxForms = 8;
    private const int MaxStates = 256;

    // In parts of the font's size: what lies between letters of a word, and between lines of a paragraph.
    private const double WordGap = 0.17;
    private const double LineShift = 0.5;
    private const double ParagraphGap = 1.7;

    private readonly Stack<(Matrix Page, PdfFont? Font, double Size)> _states = new();
    private Matrix _page = Matrix.Identity;
    private Matrix _line = Matrix.Identity;
    private Matrix _at = Matrix.Identity;
    private PdfFont? _font;
    private double _size = 1;
    private double _leading;
    private double _letterSpace;
    private double _wordSpace;
    private double _stretch = 1;
    private double _rise;
    private (double X, double Y, double Size)? _end;

    public void Read(ReadOnlyMemory<byte> content, Dictionary<string, object?>? resources, int depth = 0)
    {
        var lexer = new PdfLexer(content, file.Work);
        var operands = new List<object?>();
        while (lexer.Read() is var value && value != PdfLexer.End)
        {
            if (value is not PdfWord word)
            {
                if (operands.Count < 1000)
                {
                    operands.Add(value);
                }

                continue;
            }

            cancellationToken.ThrowIfCancellationRequested();
            if (word.Value == "ID")
            {
                SkipPicture(lexer, content.Span);
            }
            else
            {
                Run(word.Value, operands, resources, depth);
            }

            operands.Clear();
            lexer.Forget();
        }
    }

    private void Run(string word, List<object?> operands, Dictionary<string, object?>? resources, int depth)
    {
        switch (word)
        {
            case "q" when _states.Count < MaxStates:
                _states.Push((_page, _font, _size));
                break;
            case "Q" when _states.Count > 0:
                (_page, _font, _size) = _states.Pop();
                break;
            case "cm" when Matrix.Of(operands) is { } moved:
                _page = moved.Then(_page);
                break;
            case "BT":
                (_at, _line) = (Matrix.Identity, Matrix.Identity);
                break;
            case "Tf" when operands is [PdfName name, double size, ..]:
                (_font, _size) = (fonts.Find(resources, name.Value), size);
                break;
            case "Tc":
                _letterSpace = First(operands, _letterSpace);
                break;
            case "Tw":
                _wordSpace = First(operands, _wordSpace);
                break;
            case "Tz":
                _stretch = First(operands, 100) / 100;
                break;
            case "TL":
                _leading = First(operands, _leading);
                break;
            case "Ts":
                _rise = First(operands, _rise);
                break;
            case "Td" when operands is [double x, double y, ..]:
                Move(x, y);
                break;
            case "TD" when operands is [double x, double y, ..]:
                _leading = -y;
                Move(x, y);
                break;
            case "Tm" when Matrix.Of(operands) is { } placed:
                (_at, _line) = (placed, placed);
                break;
            case "T*":
                Move(0, -_leading);
                break;
            case "Tj" when operands is [byte[] shown, ..]:
                Show(shown);
                break;
            case "'" when operands is [byte[] shown, ..]:
                Move(0, -_leading);
                Show(shown);
                break;
            case "\"" when operands is [double wordSpace, double letterSpace, byte[] shown, ..]:
                (_wordSpace, _letterSpace) = (wordSpace, letterSpace);
                Move(0, -_leading);
                Show(shown);
                break;
            case "TJ" when operands is [List<object?> parts]:
                ShowParts(parts);
                break;
            case "Do" when operands is [PdfName form, ..] && depth < MaxForms:
                RunForm(form.Value, resources, depth);
                break;
        }
    }

    private void RunForm(string name, Dictionary<string, object?>? resources, int depth)
    {
        if (file.Get(file.Dictionary(file.Get(resources, "XObject")), name) is not PdfStream form || file.Name(form.Dictionary, "Subtype") != "Form")
        {
            return;
        }

        var before = (_page, _font, _size);
        if (file.Get(form.Dictionary, "Matrix") is List<object?> matrix && Matrix.Of([.. matrix.Take(6).Select(file.Resolve)]) is { } moved)
        {
            _page = moved.Then(_page);
        }

        Read(file.Streams.Unpack(form), file.Dictionary(file.Get(form.Dictionary, "Resources")) ?? resources, depth + 1);
        (_page, _font, _size) = before;
    }

    private void Move(double x, double y) => _at = _line = new Matrix(1, 0, 0, 1, x, y).Then(_line);

    private void ShowParts(List<object?> parts)
    {
        foreach (var part in parts)
        {
            if (part is byte[] shown)
            {
                Show(shown);
            }
            else if (part is double back)
            {
                Advance(-back / 1000 * _size * _stretch);
            }
        }
    }

    private void Show(byte[] shown)
    {
        if (_font is null || text.Length >= PdfDocument.MaxText)
        {
            return;
        }

        foreach (var (part, width, isSpace) in _font.Read(shown))
        {
            if (text.Length >= PdfDocument.MaxText)
            {
                return;
            }

            Place();
            foreach (var c in part)
            {
                text.Append(char.IsControl(c) ? ' ' : c);
            }

            Advance(((width * _size) + _letterSpace + (isSpace ? _wordSpace : 0)) * _stretch);
            var end = new Matrix(1, 0, 0, 1, 0, _rise).Then(_at).Then(_page);
            _end = (end.X, end.Y, Height(end));
        }
    }

    private void Advance(double x) => _at = new Matrix(1, 0, 0, 1, x, 0).Then(_at);

    /// <summary>Puts what separates this letter from the one before.</summary>
    private void Place()
    {
        if (_end is not { } end)
        {
            return;
        }

        var here = new Matrix(1, 0, 0, 1, 0, _rise).Then(_at).Then(_page);
        var size = Math.Max(Math.Max(Height(here), end.Size), 0.01);
        var (right, down) = (here.X - end.X, Math.Abs(here.Y - end.Y));
        if (down > size * LineShift)
        {
            Separate(down > size * ParagraphGap ? "\n\n" : "\n");
        }
        else if (right > size * WordGap || right < -size)
        {
            Separate(" ");
        }
    }

    private void Separate(string with)
    {
        if (text.Length == 0 || text[^1] == '\n')
        {
            return;
        }

        if (with == " ")
        {
            text.Append(text[^1] == ' ' ? "" : with);
            return;
        }

        while (text.Length > 0 && text[^1] == ' ')
        {
            text.Length--;
        }

        text.Append(with);
    }

    private double Height(Matrix here) => Math.Abs(_size) * Math.Sqrt((here.C * here.C) + (here.D * here.D));

    private static double First(List<object?> operands, double otherwise) => operands is [double number, ..] ? number : otherwise;

    /// <summary>Pictures stand between the operators as bytes that mean nothing here.</summary>
    private static void SkipPicture(PdfLexer lexer, ReadOnlySpan<byte> content)
    {
        for (var i = lexer.Position; i + 2 < content.Length; i++)
        {
            if (content[i] == 'E' && content[i + 1] == 'I' && PdfLexer.IsSpace(content[i - 1]) && PdfLexer.IsSpace(content[i + 2]))
            {
                lexer.Position = i + 2;
                return;
            }
        }

        lexer.Position = content.Length;
    }

    /// <summary>Where something stands, and how it is turned and stretched.</summary>
    private readonly record struct Matrix(double A, double B, double C, double D, double X, double Y)
    {
        public static Matrix Identity { get; } = new(1, 0, 0, 1, 0, 0);

        public static Matrix? Of(IReadOnlyList<object?> numbers) =>
            numbers is [double a, double b, double c, double d, double x, double y, ..] ? new Matrix(a, b, c, d, x, y) : null;

        public Matrix Then(Matrix next) => new(
            (A * next.A) + (B * next.C), (A * next.B) + (B * next.D),
            (C * next.A) + (D * next.C), (C * next.B) + (D * next.D),
            (X * next.A) + (Y * next.C) + next.X, (X * next.B) + (Y * next.D) + next.Y);
    }
}
